"""A server of maps on the loopback, which can be told to fail, to dawdle, to lie, or to go."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from urllib.parse import parse_qs, urlsplit

from PIL import Image


def tile_bytes(colour: str, form: str = "PNG", size: tuple[int, int] = (256, 256)) -> bytes:
    file = BytesIO()
    Image.new("RGB", size, colour).save(file, form)
    return file.getvalue()


class OtherServer:
    """Answers every address with one colour until told otherwise; counts and keeps what it was asked."""

    def __init__(self) -> None:
        self.content, self.status, self.kind = tile_bytes("#2060a0"), 200, "image/png"
        self.asked: list[str] = []
        self.released = threading.Event()
        self.released.set()
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                server.asked.append(self.path)
                server.released.wait(20)
                try:
                    self.send_response(server.status)
                    self.send_header("Content-Type", server.kind)
                    self.send_header("Content-Length", str(len(server.content)))
                    self.end_headers()
                    self.wfile.write(server.content)
                except ConnectionError:
                    self.close_connection = True

            def log_message(self, *args: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def dawdle(self) -> None:
        """Answer nothing until `hurry`."""
        self.released.clear()

    def hurry(self) -> None:
        self.released.set()

    def go(self) -> None:
        """Be there no more: connections are refused."""
        self.released.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def last_query(self) -> dict[str, str]:
        return {name: values[-1] for name, values in parse_qs(urlsplit(self.asked[-1]).query).items()}
