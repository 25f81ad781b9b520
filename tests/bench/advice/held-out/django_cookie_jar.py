# culprit: _cookies|[Cc]ookie
# needs: django
"""A client of other services keeps one jar of cookies, and each sets one of its own."""

from __future__ import annotations

import email.message
import http.cookiejar
import urllib.request

from loaded_django import serve

JAR = http.cookiejar.CookieJar()


class Answer:
    """What a service has answered, as far as a jar of cookies looks at it."""

    def __init__(self, number):
        self.headers = email.message.Message()
        self.headers["Set-Cookie"] = f"session={number * 7919:012d}; Path=/; Max-Age=86400"

    def info(self):
        return self.headers


def call(number):
    asked = urllib.request.Request(f"http://tenant{number}.example.org/orders")
    JAR.add_cookie_header(asked)
    JAR.extract_cookies(Answer(number), asked)


def view(number):
    serve(number)
    call(number)


for i in range(900):
    view(i)
