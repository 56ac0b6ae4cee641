/** Programs of a client that no resident of the lab can be: they look at packets, not at connections. */

/**
 * Sends one SCTP INIT (RFC 9260, with its checksum) and prints the type of the chunk that comes back: 2 is INIT ACK, 6 is
 * ABORT.
 */
export function sctpInitProgram(address: string, port: number): string[] {
  return ['python3', '-u', '-c', sctpClient, address, String(port)];
}

/** Answers each SCTP INIT with an ABORT, and prints who sent it: the kernel here may have no SCTP of its own. */
export function sctpServerProgram(port: number): string[] {
  return ['python3', '-u', '-c', sctpServer, String(port)];
}

/**
 * Sends datagrams that take several fragments, each from another port and until it is answered, and prints how many bytes
 * of each came back.
 */
export function fragmentsProgram(address: string, port: number, bytes: number, times: number): string[] {
  return ['python3', '-u', '-c', fragments, address, String(port), String(bytes), String(times)];
}

/** Answers datagrams with themselves. */
export function echoProgram(port: number): string[] {
  return ['python3', '-u', '-c', echo, String(port)];
}

const sctp = `
import socket, struct, sys
def crc32c(data):
    crc = 0xffffffff
    for byte in data:
        crc ^= byte
        for _ in range(8): crc = (crc >> 1) ^ (0x82f63b78 if crc & 1 else 0)
    return crc ^ 0xffffffff
def packet(source, target, tag, chunk):
    head = struct.pack('!HHI', source, target, tag)
    return head + struct.pack('<I', crc32c(head + bytes(4) + chunk)) + chunk
raw = socket.socket(socket.AF_INET, socket.SOCK_RAW, 132)
`;

const sctpClient = `${sctp}
raw.settimeout(0.5)
raw.connect((sys.argv[1], 0))
chunk = struct.pack('!BBHIIHHI', 1, 0, 20, 0x1234, 65536, 1, 1, 1)
while True:
    raw.send(packet(40000, int(sys.argv[2]), 0, chunk))
    try:
        data = raw.recv(2000)
        print(data[(data[0] & 15) * 4 + 12])
        break
    except OSError: pass
`;

const sctpServer = `${sctp}
own = int(sys.argv[1])
print('serving')
while True:
    data, peer = raw.recvfrom(2000)
    body = data[(data[0] & 15) * 4:]
    source, target = struct.unpack('!HH', body[:4])
    if target != own or body[12] != 1: continue
    tag = struct.unpack('!I', body[16:20])[0]
    raw.sendto(packet(own, source, tag, struct.pack('!BBH', 6, 0, 4)), peer)
`;

// From one port after the other, so that pods of the serving node and of others answer; no port is given up.
const fragments = `
import socket, sys
address, port, size = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
def ask(one):
    while True:
        one.sendto(bytes(size), (address, port))
        try: return len(one.recv(65536))
        except OSError: pass
for turn in range(int(sys.argv[4])):
    one = socket.socket(socket.AF_INET6 if ':' in address else socket.AF_INET, socket.SOCK_DGRAM)
    one.setsockopt(socket.IPPROTO_IP, 10, 0)
    one.settimeout(0.5)
    print(ask(one))
`;

const echo = `
import socket, sys
one = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
one.bind(('::', int(sys.argv[1])))
print('serving')
while True:
    data, peer = one.recvfrom(65536)
    one.sendto(data, peer)
`;
