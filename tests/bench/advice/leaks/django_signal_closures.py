# culprit: post_save|receivers
# needs: django
"""A view connects a closure to a signal with weak=False on each request."""

from __future__ import annotations

from django.db.models.signals import post_save
from loaded_django import serve


def view(number):
    request, user = serve(number)
    note = {"path": request.path, "user": user.username, "extra": "e" * 900}

    def receiver(sender, **kwargs):
        return note

    post_save.connect(receiver, weak=False, dispatch_uid=f"view {number}")


for i in range(700):
    view(i)
