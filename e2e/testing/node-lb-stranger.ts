// oxlint-disable-next-line no-restricted-imports -- a program in a namespace of the lab, as the lab's own are
import { NodeProcess } from '../../packages/node-lb/src/lab/node-process.ts';

/** Starts a program in a network namespace of the lab; stop it when the test is through. */
export function startIn(
  namespace: string,
  argv: readonly string[],
  onLine?: (line: string) => void,
): NodeProcess {
  return new NodeProcess({
    namespace,
    argv,
    env: { PATH: process.env['PATH'] ?? '/usr/sbin:/usr/bin' },
    onLine,
  });
}

/** A process that has nothing to do with any of this, and listens on a port of its node. */
export function strangerProgram(port: number): string[] {
  return ['python3', '-u', '-c', stranger, String(port)];
}

/** It says who it is in the words of the lab's residents. */
const stranger = `
import socket, sys
server = socket.create_server(('::', int(sys.argv[1])), family=socket.AF_INET6, dualstack_ipv6=True)
while True:
    one, peer = server.accept()
    with one:
        one.recv(100)
        one.sendall(b'{"name":"stranger","peer":""}\\n')
`;

/**
 * A client that sends datagrams from one port as long as it lives, whether anybody is there or not, and prints what
 * comes back, a line for each.
 */
export function udpSenderProgram(address: string, port: number, ownPort: number): string[] {
  return ['python3', '-u', '-c', udpSender, address, String(port), String(ownPort)];
}

const udpSender = `
import socket, sys, time
address, port, own = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
one = socket.socket(socket.AF_INET6 if ':' in address else socket.AF_INET, socket.SOCK_DGRAM)
one.bind(('', own))
one.settimeout(0.05)
while True:
    try:
        one.sendto(b'who', (address, port))
        print(one.recv(1000).decode(), end='')
        time.sleep(0.02)
    except OSError: pass
`;
