# culprit: HANDLERS_BY_ID
"""A server keeps the handler of each connection, and takes none out when the client is gone."""

from __future__ import annotations


class Handler:
    def __init__(self, number):
        self.number = number
        self.headers = {"Host": "example.org", "X-Request": str(number)}
        self.buffer = bytearray(900)


HANDLERS_BY_ID = {}


def connect(number):
    handler = Handler(number)
    HANDLERS_BY_ID[number] = handler
    return handler


for i in range(6000):
    connect(i)
