"""A Django process with a database, a template engine and its own caches in use."""

from __future__ import annotations

import django
from django.conf import settings

settings.configure(
    SECRET_KEY="for a test",
    DEBUG=False,
    INSTALLED_APPS=[
        "django.contrib.contenttypes",
        "django.contrib.auth",
        "django.contrib.sessions",
    ],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
    TEMPLATES=[{"BACKEND": "django.template.backends.django.DjangoTemplates"}],
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
)
django.setup()

import innocent  # noqa: E402
from django.contrib.auth.models import User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.template import Context, Template  # noqa: E402
from django.test import RequestFactory  # noqa: E402

call_command("migrate", verbosity=0)
User.objects.bulk_create([User(username=f"user{i}", email=f"u{i}@example.org") for i in range(200)])
PAGE = Template("{% for user in users %}<li>{{ user.username }}</li>{% endfor %}")
FACTORY = RequestFactory()


def serve(number: int):
    """Answer one request, as a view does; return the request and the user."""
    request = FACTORY.get(f"/users/{number}", {"page": number})
    user = User.objects.get(pk=1 + number % 200)
    if number % 50 == 0:
        PAGE.render(Context({"users": [user]}))
    innocent.work(number)
    return request, user
