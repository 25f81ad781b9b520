# culprit: HISTORY
# needs: pandas
"""For each customer a list of what was seen, never cut."""

from __future__ import annotations

import collections

from loaded_pandas import serve

HISTORY = collections.defaultdict(list)


def observe(number):
    part = serve(number)
    for rate, name in zip(part["rate"].tolist()[:6], part["name"].tolist()[:6]):
        HISTORY[name].append((number, rate, {"name": name}))


for i in range(500):
    observe(i)
