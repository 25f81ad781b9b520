# needs: django
"""Django with sessions and pages in its own cache, and templates made for each request."""

from __future__ import annotations

import loaded_django
from django.contrib.sessions.backends.cache import SessionStore
from django.core.cache import cache
from django.template import Context, Template

for i in range(1500):
    request, user = loaded_django.serve(i)
    session = SessionStore()
    session["user"] = user.pk
    session.save()
    page = cache.get(f"page {i % 700}")
    if page is None:
        page = Template(f"<h1>{{{{ user.username }}}}</h1> part {i % 700}").render(
            Context({"user": user})
        )
        cache.set(f"page {i % 700}", page, 60)
