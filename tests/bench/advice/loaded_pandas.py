"""A pandas process with tables that it works on."""

from __future__ import annotations

import innocent
import numpy
import pandas

RATES = pandas.DataFrame({"day": range(200_000), "rate": numpy.linspace(0, 1, 200_000)})
NAMES = pandas.Series([f"customer {i}" for i in range(60_000)])


def serve(number: int):
    """Work on one part of a table; return the part."""
    innocent.work(number)
    part = RATES.iloc[number * 10 : number * 10 + 50].copy()
    part["name"] = NAMES.iloc[number % 1000 : number % 1000 + 50].to_numpy()
    return part
