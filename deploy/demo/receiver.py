#!/usr/bin/env python3
"""A receiver of webhooks for the demonstration: verifies each, and counts.

    receiver.py PORT SECRET_FILE

POST /hook takes a webhook: 204, or 401 if its signature does not fit. GET /counts answers with how many came, how many
different ones, and how many were forged.
"""

import base64
import hashlib
import hmac
import http.server
import json
import pathlib
import sys
import threading
import time

TOLERANCE_SECONDS = 300


class Receiver:
    """What came. Each request has a thread of its own."""

    def __init__(self, secret):
        self.key = base64.b64decode(secret.strip().removeprefix("whsec_"))
        self.lock = threading.Lock()
        self.ids = set()  # Of a demonstration. A service keeps them for some days, in its database.
        self.came = self.forged = 0

    def is_genuine(self, headers, body):
        """Standard Webhooks: HMAC-SHA256 over id.timestamp.body, and not from long ago."""
        webhook_id, sent = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
        if not sent.isdecimal() or abs(time.time() - int(sent)) > TOLERANCE_SECONDS:
            return False
        signed = f"{webhook_id}.{sent}.".encode() + body
        expected = "v1," + base64.b64encode(hmac.digest(self.key, signed, hashlib.sha256)).decode()
        return any(hmac.compare_digest(expected, given)
                   for given in headers.get("webhook-signature", "").split(" "))

    def take(self, headers, body):
        genuine = self.is_genuine(headers, body)
        with self.lock:
            self.came += 1
            if genuine:
                self.ids.add(headers["webhook-id"])
            else:
                self.forged += 1
        return genuine

    def counts(self):
        with self.lock:
            return {"came": self.came, "different": len(self.ids), "forged": self.forged}


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self):  # The base class finds it by this name.
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        self.answer(204 if self.server.receiver.take(self.headers, body) else 401)

    def do_GET(self):
        self.answer(200, json.dumps(self.server.receiver.counts()).encode() + b"\n")

    def answer(self, status, body=b""):
        self.send_response(status)
        if status != 204:
            self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *unused):
        pass


def main():
    port, secret = int(sys.argv[1]), pathlib.Path(sys.argv[2]).read_text(encoding="ascii")
    server = http.server.ThreadingHTTPServer(("", port), Handler)
    server.receiver = Receiver(secret)
    print(f"receives webhooks on port {port}")
    server.serve_forever()


if __name__ == "__main__":
    main()
