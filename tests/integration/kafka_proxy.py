"""A TCP proxy in front of the brokers: it delays, holds and cuts what passes.

Kafka's clients connect to the addresses that brokers advertise, so each broker needs a proxy of its own whose
port it advertises (scripts/kafka up --proxies).
"""

import asyncio
import contextlib
import os
import pathlib
import re
import threading


def local_ports(pid):
    """The local ports of a process's TCP connections: a proxy knows its clients by them. None of a process
    that has ended."""
    inodes, ports = set(), set()
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        for entry in pathlib.Path(f"/proc/{pid}/fd").iterdir():
            with contextlib.suppress(FileNotFoundError):
                if found := re.fullmatch(r"socket:\[(\d+)\]", os.readlink(entry)):
                    inodes.add(found.group(1))
        table = pathlib.Path(f"/proc/{pid}/net/tcp").read_text(encoding="ascii")
        for fields in map(str.split, table.splitlines()[1:]):
            if fields[9] in inodes:
                ports.add(int(fields[1].rpartition(":")[2], 16))
    return ports


class Proxies:
    """One listening port for each broker, in a thread of its own. Used from any thread."""

    def __init__(self, count):
        self.targets = [None] * count
        self.delay_seconds = 0
        self.connections = {}  # Client's port: its two writers.
        self.loop = asyncio.new_event_loop()
        self.thread = threading.Thread(target=self.loop.run_forever, daemon=True)
        self.thread.start()
        self.passing = self.call(self.make_event)
        self.servers = [self.call(self.listen, number) for number in range(count)]
        self.ports = [server.sockets[0].getsockname()[1] for server in self.servers]

    def call(self, function, *arguments):
        return asyncio.run_coroutine_threadsafe(function(*arguments), self.loop).result(timeout=60)

    async def make_event(self):
        event = asyncio.Event()
        event.set()
        return event

    async def listen(self, number):
        return await asyncio.start_server(lambda r, w: self.serve(number, r, w), "127.0.0.1", 0)

    async def serve(self, number, reader, writer):
        try:
            await self.passing.wait()
            broker_reader, broker_writer = await asyncio.open_connection("127.0.0.1",
                                                                         self.targets[number])
        except OSError:
            writer.transport.abort()
            return
        port = writer.get_extra_info("peername")[1]
        self.connections[port] = (writer, broker_writer)
        await asyncio.gather(self.pump(reader, broker_writer), self.pump(broker_reader, writer))
        self.connections.pop(port, None)

    async def pump(self, reader, writer):
        with contextlib.suppress(OSError):
            while data := await reader.read(1 << 16):
                if self.delay_seconds:
                    await asyncio.sleep(self.delay_seconds)
                await self.passing.wait()
                writer.write(data)
                await writer.drain()
        writer.transport.abort()

    def delay(self, seconds):
        """Each piece of data arrives so much later, in both directions; 0 ends it."""
        self.delay_seconds = seconds

    def hold(self):
        """Nothing passes until `release`, and new connections stay silent."""
        self.loop.call_soon_threadsafe(self.passing.clear)

    def release(self):
        self.loop.call_soon_threadsafe(self.passing.set)

    def cut(self, ports=None):
        """Resets connections: all, or those of clients with these ports. Returns how many."""
        return self.call(self.abort, ports)

    async def abort(self, ports):
        chosen = [pair for port, pair in self.connections.items() if ports is None or port in ports]
        for pair in chosen:
            for writer in pair:
                writer.transport.abort()
        return len(chosen)

    def close(self):
        self.call(self.end)
        self.loop.call_soon_threadsafe(self.loop.stop)
        self.thread.join(timeout=10)
        self.loop.close()

    async def end(self):
        for server in self.servers:
            server.close()
        self.passing.set()
        await self.abort(None)
        rest = asyncio.all_tasks() - {asyncio.current_task()}
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)
