# needs: django
"""Django, set up and asked once."""

from __future__ import annotations

import django
from django.conf import settings

settings.configure(
    SECRET_KEY="for a test",
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
)
django.setup()
