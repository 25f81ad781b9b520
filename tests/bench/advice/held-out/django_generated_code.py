# culprit: linecache
# needs: django
"""A rule of each order is made into code, and its lines are left for tracebacks, as some do."""

from __future__ import annotations

import linecache

from loaded_django import serve


def compiled(number):
    source = f"def rule(order):\n    return 'large' if order > {number} else 'small'\n"
    name = f"<generated rule {number}>"
    linecache.cache[name] = (len(source), None, source.splitlines(True), name)
    names = {}
    exec(compile(source, name, "exec"), names)
    return names["rule"]


def view(number):
    serve(number)
    return compiled(number)(number)


for i in range(1200):
    view(i)
