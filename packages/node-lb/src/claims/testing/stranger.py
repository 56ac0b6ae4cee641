"""Another process on the node, for tests. It reads lines and answers each by one line:

bind tcp|udp ADDRESS PORT [reuseaddr] [reuseport] [v6only]   bound | in use | not here
unbind                      unbound: all of its sockets are closed
connect ADDRESS PORT        refused | reset | open
send ADDRESS PORT           sent: a datagram
leave ADDRESS PORT          left: a connection from this port to another one of its own, which stays
"""

import errno
import os
import socket
import sys

held = []
names = {errno.EADDRINUSE: "in use", errno.EADDRNOTAVAIL: "not here"}


def family(address):
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def bind(kind, address, port, *options):
    sock = socket.socket(family(address), socket.SOCK_STREAM if kind == "tcp" else socket.SOCK_DGRAM)
    if "reuseaddr" in options:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if "reuseport" in options:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    if "v6only" in options:
        sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    try:
        sock.bind((address, int(port)))
        if kind == "tcp":
            sock.listen()
    except OSError as error:
        return names.get(error.errno, os.strerror(error.errno))
    held.append(sock)
    return "bound"


def unbind():
    while held:
        held.pop().close()
    return "unbound"


def connect(address, port):
    with socket.socket(family(address), socket.SOCK_STREAM) as sock:
        try:
            sock.connect((address, int(port)))
            sock.recv(1)
            return "open"
        except ConnectionRefusedError:
            return "refused"
        except ConnectionResetError:
            return "reset"


def send(address, port):
    with socket.socket(family(address), socket.SOCK_DGRAM) as sock:
        sock.sendto(b"hello", (address, int(port)))
    return "sent"


def leave(address, port):
    sock = socket.socket(family(address), socket.SOCK_STREAM)
    sock.bind((address, int(port)))
    # After that, so that the kernel does not give it that port, which may be one of those that it gives.
    listener = socket.create_server((address, 0))
    sock.connect(listener.getsockname())
    held.extend([listener, sock])
    return "left"


for line in sys.stdin:
    call, *arguments = line.split()
    print(globals()[call](*arguments), flush=True)
