"""Operators of several channels on this machine, and the settings that point to them."""

from __future__ import annotations

import hmac
import json
import os
import time
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock, Thread

SECRET = "receipts of this test"


@dataclass
class Operator:
    """Takes messages as it is told to, and remembers the references it saw."""

    url: str = ""
    status: int = 202
    wait_s: float = 0
    answer: dict[str, object] = field(default_factory=dict)
    references: list[str] = field(default_factory=list)
    bodies: list[dict[str, object]] = field(default_factory=list)
    lock: Lock = field(default_factory=Lock)


@contextmanager
def operating() -> Iterator[Operator]:
    """Serve until the block ends."""
    held = Operator()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            told = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            time.sleep(held.wait_s)
            reference = told.get("reference") or told.get("biz_opaque_callback_data")
            with held.lock:
                if held.status < 300:
                    held.references.append(str(reference))
                held.bodies.append(told)
                number = len(held.references)
            body = json.dumps({"id": f"op-{number}", **held.answer}).encode()
            self.send_response(held.status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        held.url = f"http://127.0.0.1:{server.server_port}"
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield held
        finally:
            server.shutdown()
            thread.join()


def signed(body: bytes, secret: str = SECRET) -> str:
    """The signature of a receipt."""
    return hmac.new(secret.encode(), body, sha256).hexdigest()


def push_private_key() -> str:
    """A fresh key of an application server."""
    return urlsafe_b64encode(b"\x01" + os.urandom(31)).rstrip(b"=").decode()
