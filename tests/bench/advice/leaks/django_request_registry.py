# culprit: ACTIVE
# needs: django
"""Middleware remembers each active request, and forgets to take out those that end early."""

from __future__ import annotations

from loaded_django import serve


class Active:
    def __init__(self, request, user):
        self.path = request.path
        self.user = user
        self.trail = ["start", "view", "end"]


ACTIVE = {}


def middleware(number):
    request, user = serve(number)
    ACTIVE[number] = Active(request, user)
    if number % 4:
        del ACTIVE[number]


for i in range(1600):
    middleware(i)
