# culprit: permissions_of
# needs: django
"""A cache without bound on a function that gets model instances."""

from __future__ import annotations

import functools

from loaded_django import serve


class Profile:
    def __init__(self, user):
        self.user = user
        self.rights = [f"{user.username} may {i}" for i in range(6)]


@functools.lru_cache(maxsize=None)
def permissions_of(path, name):
    return Profile(CURRENT[0])


CURRENT = [None]


def view(number):
    request, user = serve(number)
    CURRENT[0] = user
    permissions_of(request.path, user.username)


for i in range(500):
    view(i)
