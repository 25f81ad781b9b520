"""A server of the standard library that has answered some requests and waits."""

from __future__ import annotations

import http.server
import threading
import urllib.request


class Handler(http.server.BaseHTTPRequestHandler):
    """Answers with a greeting."""

    def do_GET(self) -> None:
        """Answer."""
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"hello")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


SERVER = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=SERVER.serve_forever, daemon=True).start()
for _ in range(30):
    with urllib.request.urlopen(f"http://127.0.0.1:{SERVER.server_port}/") as answer:
        answer.read()
