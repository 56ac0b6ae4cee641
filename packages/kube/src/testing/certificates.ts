import { readFileSync } from 'node:fs';

function read(name: string): string {
  return readFileSync(new URL(`./tls/${name}`, import.meta.url), 'utf8');
}

/** An authority, a server of the name `kubernetes.test`, and the client `tester`: made by `tls/make.sh`. */
export const certificates = {
  ca: read('ca.pem'),
  server: { cert: read('server.pem'), key: read('server.key') },
  client: { cert: read('client.pem'), key: read('client.key') },
};
