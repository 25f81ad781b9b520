"""Who is signed in, and who has yet to confirm by mail."""

from __future__ import annotations

from shop.http import Request


class Session:
    """A visit that begins with the request to sign in."""

    def __init__(self, user: str, request: Request) -> None:
        """Remember where the visit began."""
        self.user = user
        self.request = request
        self.basket: list[int] = []


_ACTIVE: dict[str, Session] = {}
# The leak: who never opens the mail stays here until the process ends.
_PENDING: dict[str, Session] = {}
# Its cure: how many may wait at a time. None, as the shop began, is without a bound.
most_pending: int | None = None


def remember(request: Request) -> Session:
    """Keep a sign-in until it is confirmed."""
    session = Session(request.user, request)
    _PENDING[request.user] = session
    if most_pending is not None:
        for user in list(_PENDING)[:-most_pending]:
            del _PENDING[user]
    return session


def confirm(user: str) -> Session | None:
    """Let a user in who opened the mail; gives nothing for one who never signed in."""
    session = _PENDING.pop(user, None)
    if session is not None:
        _ACTIVE[user] = session
    return session


def find(user: str) -> Session | None:
    """Give the session of a user who is in."""
    return _ACTIVE.get(user)


def forget(user: str) -> None:
    """End a visit."""
    _ACTIVE.pop(user, None)
