# culprit: Audit\.entries
# needs: django
"""A class attribute that was meant for one request collects those of all."""

from __future__ import annotations

from loaded_django import serve


class Entry:
    def __init__(self, user, path):
        self.user = user
        self.path = path


class Audit:
    entries = []

    def log(self, user, path):
        self.entries.append(Entry(user, path))


def view(number):
    request, user = serve(number)
    Audit().log(user, request.path)


for i in range(500):
    view(i)
