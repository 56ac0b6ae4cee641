"""One end of the load of `npm run bench -- node-lb`: in a network namespace, told by lines of JSON what to do.

Python because its plain blocking sockets cost less than those of Node, so that what is measured is the way between. A
connection's first byte says what it is: "s" a stream, which is answered with its length at its end, "r" requests of one
byte, each answered with one.
"""

import json
import os
import signal
import socket
import struct
import sys
import time

CHUNK = 1 << 20
CLIENTS = 4
# Closed with a reset: otherwise the client runs out of ports, each held for a minute.
RESET = struct.pack("ii", 1, 0)


def serve(port, workers):
    listener = socket.create_server(("", port), backlog=1024, reuse_port=True)
    for _ in range(workers):
        if os.fork() == 0:
            while True:
                answer(listener.accept()[0])


def answer(connection):
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        first = connection.recv(1)
        if first == b"s":
            buffer = bytearray(CHUNK)
            total = 0
            while count := connection.recv_into(buffer):
                total += count
            connection.sendall(struct.pack("!Q", total))
        while first == b"r":
            connection.sendall(b"a")
            first = connection.recv(1)
    except ConnectionError:
        pass
    connection.close()


def connected(order):
    connection = socket.create_connection((order["address"], order["port"]), timeout=order["seconds"] + 10)
    connection.settimeout(None)
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return connection


def stream(order):
    chunk = bytes(CHUNK)
    with connected(order) as connection:
        connection.sendall(b"s")
        start = time.perf_counter()
        end = start + order["seconds"]
        while time.perf_counter() < end:
            connection.sendall(chunk)
        connection.shutdown(socket.SHUT_WR)
        (total,) = struct.unpack("!Q", connection.recv(8, socket.MSG_WAITALL))
        return {"perSecond": total * 8 / (time.perf_counter() - start)}


def requests(order):
    with connected(order) as connection:
        return timed(order, lambda: ask(connection))


def ask(connection):
    connection.send(b"r")
    if connection.recv(1) != b"a":
        raise ConnectionError("the connection ended")


def connections(order):
    target = (order["address"], order["port"])

    def connect():
        connection = socket.socket()
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
        connection.connect(target)
        ask(connection)
        connection.close()

    return timed(order, connect)


def timed(order, action):
    times = []
    now = time.perf_counter()
    end = now + order["seconds"]
    while now < end:
        action()
        after = time.perf_counter()
        times.append(after - now)
        now = after
    times.sort()
    return {"perSecond": len(times) / order["seconds"], "p50": times[len(times) // 2]}


def crowd(order):
    """Several processes that connect at the same time; answers with all of their connections."""
    readers = []
    for _ in range(CLIENTS):
        reader, writer = os.pipe()
        if os.fork() == 0:
            try:
                os.write(writer, json.dumps(connections(order)).encode())
            finally:
                os._exit(0)
        os.close(writer)
        readers.append(os.fdopen(reader))
    results = [json.loads(reader.read() or "null") for reader in readers]
    for _ in results:
        os.wait()
    return {"perSecond": sum(result["perSecond"] for result in results)}


kinds = {"stream": stream, "requests": requests, "connections": connections, "crowd": crowd}
for line in sys.stdin:
    order = json.loads(line)
    try:
        if order["kind"] == "serve":
            result = serve(order["port"], order["workers"])
        else:
            result = kinds[order["kind"]](order)
        print(json.dumps({"result": result}), flush=True)
    except Exception as error:
        print(json.dumps({"failure": f"{order['kind']} to {order.get('address')}: {error!r}"}), flush=True)
# Whoever gave the orders is gone: so go the processes that serve. This one leads their group.
os.killpg(0, signal.SIGKILL)
