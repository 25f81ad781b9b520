# culprit: loggerDict|Logger
# needs: django
"""Each request gets a logger of its own name, which the logging module keeps for ever."""

from __future__ import annotations

import logging

from loaded_django import serve


class TagFilter(logging.Filter):
    def __init__(self, tag):
        super().__init__()
        self.tag = tag


def view(number):
    request, _user = serve(number)
    logger = logging.getLogger(f"shop.requests.{number}")
    logger.addFilter(TagFilter(request.path))
    logger.debug("seen")


for i in range(600):
    view(i)
