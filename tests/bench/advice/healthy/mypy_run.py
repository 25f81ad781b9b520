# needs: mypy
"""A type checker that has checked a module."""

from __future__ import annotations

from mypy import api

RESULT = api.run(["-c", "import json\nx: int = 'a'"])
