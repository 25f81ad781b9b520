# culprit: queries_log
# needs: django
"""The log of queries of a debugging connection grows with each request."""

from __future__ import annotations

from django.db import connection
from loaded_django import serve

connection.force_debug_cursor = True


def view(number):
    serve(number)


for i in range(2500):
    view(i)
