"""The standard library at work: patterns, dates, documents, sockets, logs and cookies."""

from __future__ import annotations

import concurrent.futures
import email
import fnmatch
import http.cookiejar
import json
import logging
import re
import sqlite3
import tempfile
import urllib.parse
import urllib.request
import warnings
import xml.etree.ElementTree

import innocent

JAR = http.cookiejar.CookieJar()
DATABASE = sqlite3.connect(":memory:", cached_statements=500, check_same_thread=False)
DATABASE.execute("CREATE TABLE t (a, b)")
LOG = logging.getLogger("shop")
LOG.addHandler(logging.NullHandler())


class Answer:
    """What a service has answered, as far as a jar of cookies looks at it."""

    def __init__(self, number: int) -> None:
        self.text = f"Set-Cookie: session={number}; Path=/; Max-Age=86400\n\nhello {number}"

    def info(self) -> email.message.Message:
        """Return the headers."""
        return email.message_from_string(self.text)


def work(number: int) -> int:
    """Do a little of everything."""
    innocent.work(number)
    re.match(f"^a{number % 800}b", "a1b")
    fnmatch.fnmatch("name.txt", f"*.t{number % 800}")
    asked = urllib.request.Request(f"http://service{number % 40}.example.org/orders")
    JAR.extract_cookies(Answer(number), asked)
    tree = xml.etree.ElementTree.fromstring(f"<a><b c='{number}'>text</b></a>")
    DATABASE.execute(f"INSERT INTO t VALUES (?, {number % 600})", (len(tree),))
    LOG.warning("order %d", number)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.warn(f"order {number % 100}", stacklevel=2)
    with tempfile.SpooledTemporaryFile() as file:
        file.write(json.dumps({"number": number}).encode())
    return len(urllib.parse.parse_qs(f"a={number}&b=2"))


with concurrent.futures.ThreadPoolExecutor(4) as pool:
    for number in range(2500):
        pool.submit(work, number).result()
