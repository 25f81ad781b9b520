"""The last requests that went wrong, for the page of the support desk."""

from __future__ import annotations

from collections import deque

# An exception holds its traceback, a traceback its frames, a frame its variables: the request.
RECENT: deque[Exception] = deque(maxlen=12)


def note(error: Exception) -> None:
    """Keep an error until twelve newer ones have come."""
    RECENT.append(error)
