"""One function for each thing that a customer can do, and the one that chooses among them."""

from __future__ import annotations

from typing import Callable

from shop import cache, failures, sessions
from shop.http import Request, Response


def login(request: Request) -> Response:
    """Send a mail to confirm the sign-in."""
    sessions.remember(request)
    return Response(request, 202, b"We sent you a mail.")


def confirm(request: Request) -> Response:
    """Let the customer in."""
    known = sessions.confirm(request.user) is not None
    return Response(request, 200 if known else 404, b"Welcome!" if known else b"Who are you?")


def show(request: Request) -> Response:
    """Show a product and put it in the basket of whoever is signed in."""
    number = int(request.path.rpartition("/")[2])
    answer = Response(request, 200, cache.page(number))
    session = sessions.find(request.user)
    if session is not None:
        session.basket.append(number)
    return answer


def logout(request: Request) -> Response:
    """End the visit."""
    sessions.forget(request.user)
    return Response(request, 204, b"")


VIEWS: dict[str, Callable[[Request], Response]] = {
    "login": login,
    "confirm": confirm,
    "product": show,
    "logout": logout,
}


def handle(request: Request) -> Response:
    """Answer a request, whatever happens."""
    cache.BY_ID[request.number] = request
    try:
        return VIEWS[request.path.split("/")[1]](request)
    except (KeyError, ValueError) as error:
        failures.note(error)
        return Response(request, 404, b"There is no such page.")
