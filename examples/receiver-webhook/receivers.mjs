// node receivers.mjs people.json 8080 - who is told of alerts, as the file says it.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

const [, , file, port] = process.argv;

const server = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url, 'http://localhost');
  try {
    const people = JSON.parse(readFileSync(file, 'utf8'));
    const receivers = people[searchParams.get('namespace')] ?? [];
    response.writeHead(pathname === '/api/v2/receivers' ? 200 : 404, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ receivers }));
  } catch {
    response.writeHead(500).end();
  }
});
server.listen(Number(port), '127.0.0.1', () => {
  process.stdout.write(`http://127.0.0.1:${server.address().port}\n`);
});
