#!/usr/bin/env python3
"""A receiver of webhooks that behaves as told, well or badly, and remembers every request.

    with Receiver() as shop:                # a free port of loopback
        shop.behave("429:7")                # from now on; or a function of the request
        ...
        shop.wait_for(3)
        shop.requests[0].body

As a program it prints each webhook, verified, as one line of JSON, until it is interrupted:

    webhook_receiver.py [--port N] [--behaviour NAME] [--secret-file FILE]
"""

import argparse
import http.server
import json
import pathlib
import select
import socket
import socketserver
import sys
import threading
import time

import standard_webhooks

DEADLINE_SECONDS = 60
BEHAVIOURS = ("ok", "STATUS (such as 410)", "STATUS:RETRY_AFTER (such as 429:7)", "stalled", "endless", "half-close")
SLICE_SECONDS = 0.2  # How soon a connection notices that the receiver closes.


class Request:
    """As it came: path, headers (names in lower case), body in bytes, and when, in seconds since 1970."""

    def __init__(self, path, headers, body):
        self.path, self.body, self.time = path, body, time.time()
        self.headers = {name.lower(): value for name, value in headers.items()}

    @property
    def id(self):
        return self.headers.get("webhook-id")

    def json(self):
        return json.loads(self.body)

    def verify(self, secret):
        """Returns the id, or raises standard_webhooks.VerificationError."""
        return standard_webhooks.verify(secret, self.headers, self.body, int(self.time))


class Handler(http.server.BaseHTTPRequestHandler):
    """One connection. What it answers, the receiver says."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_POST(self):  # The base class finds it by this name.
        body = self.rfile.read(int(self.headers.get("content-length", "0")))
        request = Request(self.path, self.headers, body)
        behaviour = self.server.receiver.take(request)
        if behaviour == "stalled":
            self.wait_until_closed()
        elif behaviour == "endless":
            self.answer_without_end()
        elif behaviour == "half-close":
            self.connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf of")
            self.close_connection = True
        else:
            status, _, retry_after = behaviour.partition(":")
            self.answer(200 if status == "ok" else int(status), retry_after)

    def answer(self, status, retry_after):
        self.send_response(status)
        self.send_header("content-length", "0")
        if retry_after:
            self.send_header("retry-after", retry_after)
        self.end_headers()

    def wait_until_closed(self):
        self.close_connection = True
        while not self.server.receiver.closing.is_set():
            readable, _, _ = select.select([self.connection], [], [], SLICE_SECONDS)
            if readable and not self.connection.recv(1024):
                return

    def answer_without_end(self):
        self.close_connection = True
        self.connection.settimeout(SLICE_SECONDS)
        self.connection.sendall(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
        chunk = b"400\r\n" + b"x" * 1024 + b"\r\n"
        while not self.server.receiver.closing.is_set():
            try:
                self.connection.send(chunk)
            except TimeoutError:
                continue

    def handle(self):
        self.server.receiver.remember(self.connection)
        try:
            super().handle()
        except OSError:
            pass  # The sender went away.

    def log_message(self, format, *args):  # The base class would write to standard error.
        pass


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    """A thread for each connection; the end waits for all of them."""

    daemon_threads = False
    request_queue_size = 128

    def server_bind(self):
        socketserver.TCPServer.server_bind(self)  # HTTPServer's would ask the resolver for a name.


class Receiver:
    """A running receiver. Thread-safe."""

    def __init__(self, behaviour="ok", port=0):
        self.requests = []
        self.closing = threading.Event()
        self.changed = threading.Condition()
        self.behaviour = behaviour
        self.server = Server(("127.0.0.1", port), Handler)
        self.server.receiver = self
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}/hook"
        self.connections = []
        self.thread = threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05})
        self.thread.start()

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.close()

    def close(self):
        self.closing.set()
        self.server.shutdown()
        self.thread.join()
        with self.changed:
            for connection in self.connections:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass  # It is closed.
        self.server.server_close()

    def remember(self, connection):
        with self.changed:
            self.connections.append(connection)

    def behave(self, behaviour):
        """From the next request on: one of BEHAVIOURS, or a function that makes one of a Request."""
        with self.changed:
            self.behaviour = behaviour

    def take(self, request):
        """Remembers the request; how it is to be answered."""
        with self.changed:
            self.requests.append(request)
            self.changed.notify_all()
            behaviour = self.behaviour
        return behaviour(request) if callable(behaviour) else behaviour

    def ids(self):
        """Of all requests, in the order in which they came."""
        with self.changed:
            return [request.id for request in self.requests]

    def wait_for(self, count, seconds=DEADLINE_SECONDS):
        """Waits until so many requests came; fails when they do not."""
        with self.changed:
            if not self.changed.wait_for(lambda: len(self.requests) >= count, seconds):
                raise AssertionError(f"{len(self.requests)} requests of {count} after {seconds} s")
            return list(self.requests)


def report(request, secret):
    line = {"id": request.id, "path": request.path, "verified": None}
    if secret is not None:
        try:
            line["verified"] = request.verify(secret) == request.id
        except standard_webhooks.VerificationError as error:
            line.update(verified=False, error=str(error))
    try:
        line["payload"] = request.json()
    except ValueError:
        line["payload"] = request.body.decode(errors="replace")
    sys.stdout.write(json.dumps(line) + "\n")  # At once: connections report at the same time.
    sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser(description="Receives webhooks on loopback and prints them.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--behaviour", default="ok", help="; ".join(BEHAVIOURS))
    parser.add_argument("--secret-file", type=pathlib.Path, help="verify with this secret")
    arguments = parser.parse_args()
    secret = arguments.secret_file.read_text("utf-8").strip() if arguments.secret_file else None

    def behave(request):
        report(request, secret)
        return arguments.behaviour

    with Receiver(behave, arguments.port) as receiver:
        print(json.dumps({"listening": receiver.url}), flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return 0


if __name__ == "__main__":
    sys.exit(main())
