# culprit: Context|TRAIL
# needs: django
"""A context variable collects what each request did."""

from __future__ import annotations

import contextvars

from loaded_django import serve

TRAIL = contextvars.ContextVar("trail")
TRAIL.set([])


class Step:
    def __init__(self, path, user):
        self.path = path
        self.user = user


def view(number):
    request, user = serve(number)
    TRAIL.get().append(Step(request.path, user))


for i in range(500):
    view(i)
