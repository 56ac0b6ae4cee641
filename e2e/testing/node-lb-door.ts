/**
 * A program that listens on 127.0.0.1 of the network it runs in and passes connections on to a socket in the file
 * system, which is the same in all networks: `node node-lb-door.ts PORT SOCKET`. Prints a line when it serves.
 */
import { createConnection, createServer } from 'node:net';
import { pipeline } from 'node:stream';

const [port, path = ''] = process.argv.slice(2);
createServer((socket) => {
  const behind = createConnection(path);
  pipeline(socket, behind, () => {});
  pipeline(behind, socket, () => {});
}).listen(Number(port), '127.0.0.1', () => process.stdout.write('serves\n'));
