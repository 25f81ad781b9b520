# culprit: MEMO
# needs: pandas
"""A hand-made memo by the values of arguments."""

from __future__ import annotations

from loaded_pandas import serve

MEMO = {}


def summary(number, low, high):
    key = (number, low, high)
    if key not in MEMO:
        part = serve(number)
        MEMO[key] = {
            "mean": float(part["rate"].mean()),
            "names": part["name"].tolist()[:20],
            "range": (low, high),
        }
    return MEMO[key]


for i in range(600):
    summary(i, i / 2, i * 2)
