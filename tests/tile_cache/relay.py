"""A relay that spells the names of headers as QGIS before 3.30 wants them (qgis/QGIS issue 50800)."""

from __future__ import annotations

import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@contextmanager
def relay(target: str) -> Iterator[str]:
    """The address under which `target` (``http://host:port``) answers, its own name in documents replaced."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            try:
                answer = urllib.request.urlopen(target + self.path, timeout=60)  # noqa: S310 - the loopback
            except urllib.error.HTTPError as error:
                answer = error
            with answer:
                content = answer.read().replace(target.encode(), here.encode())
                self.send_response(answer.status)
                self.send_header("Content-Type", answer.headers["content-type"])
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    here = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield here
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
