# needs: django
"""Django with the service's own tables and caches, after many requests."""

from __future__ import annotations

from loaded_django import serve

for i in range(600):
    serve(i)
