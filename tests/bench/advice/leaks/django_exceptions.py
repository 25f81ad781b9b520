# culprit: LAST_ERRORS
# needs: django
"""The errors of views are kept by path for a status page."""

from __future__ import annotations

from loaded_django import serve

LAST_ERRORS = {}


def render(request, user):
    rows = [f"row {i} {user.username}" for i in range(60)]
    raise LookupError(request.path, len(rows))


def view(number):
    request, user = serve(number)
    try:
        if number % 3 == 0:
            render(request, user)
    except LookupError as error:
        LAST_ERRORS[request.path] = error


for i in range(420):
    view(i)
