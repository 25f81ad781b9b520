"""What goes in and what comes out; the two know each other, which is a reference cycle."""

from __future__ import annotations


class Request:
    """What a customer asked for."""

    def __init__(self, number: int, path: str, user: str, body: bytes) -> None:
        """Keep the question; the answer comes later."""
        self.number = number
        self.path = path
        self.user = user
        self.body = body
        self.response: Response | None = None


class Response:
    """What the shop answered, tied to its request for the access log."""

    def __init__(self, request: Request, status: int, body: bytes) -> None:
        """Answer a request and let it know."""
        self.request = request
        self.status = status
        self.body = body
        request.response = self
