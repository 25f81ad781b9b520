"""Something that parses all of a package and throws the trees away."""

from __future__ import annotations

import ast
import json
import pathlib

COUNTS = {}
for path in pathlib.Path(json.__file__).parent.glob("*.py"):
    COUNTS[path.name] = sum(1 for _ in ast.walk(ast.parse(path.read_text())))
