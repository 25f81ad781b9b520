# needs: pandas
"""Pandas, with one small table."""

from __future__ import annotations

import pandas

FRAME = pandas.DataFrame({"a": range(1000), "b": [str(i) for i in range(1000)]})
print(FRAME.describe())
