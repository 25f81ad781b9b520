"""What the shop sells: a tree of shelves whose children know their parent."""

from __future__ import annotations

DEPARTMENTS = {
    "books": ("novels", "travel", "cooking"),
    "games": ("cards", "boards"),
    "tools": ("garden", "kitchen", "bench"),
}
PER_SHELF = 25


class Shelf:
    """A part of the shop, with smaller shelves and things on it."""

    def __init__(self, name: str, parent: Shelf | None = None) -> None:
        """Hang a shelf below its parent, which then holds it too: a reference cycle."""
        self.name = name
        self.parent = parent
        self.children: list[Shelf] = []
        if parent is not None:
            parent.children.append(self)


class Product:
    """Something to buy; there are many, so it has slots instead of a dict."""

    __slots__ = ("cents", "number", "shelf", "title")

    def __init__(self, number: int, title: str, cents: int, shelf: Shelf) -> None:
        """Put it on its shelf."""
        self.number = number
        self.title = title
        self.cents = cents
        self.shelf = shelf


def _stock() -> tuple[Shelf, dict[int, Product]]:
    root = Shelf("shop")
    products: dict[int, Product] = {}
    for department, shelves in DEPARTMENTS.items():
        above = Shelf(department, root)
        for name in shelves:
            shelf = Shelf(name, above)
            for place in range(PER_SHELF):
                number = 1000 + len(products)
                title = f"{name} no. {place + 1}"
                products[number] = Product(number, title, 300 + 7 * number % 4000, shelf)
    return root, products


ROOT, PRODUCTS = _stock()
