/** The servers of the log benchmark, in a process of their own, so that the memory measured is that of the clients. */
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { startFakeJenkins, type FakeBuild } from '@armillary/jenkins-client/testing';

const lines = 400_000;
const linesAtOnce = 1000;
const note = `\u001b[8mha:////4${btoa('a note of the usual length, about a step')}\u001b[0m`;

/** Prints 400,000 lines within some ten seconds: some with CR LF, some with notes, and every burst ends in the midst of a line. */
async function printALot(build: FakeBuild): Promise<void> {
  for (let first = 0; first < lines; first += linesAtOnce) {
    let text = '';
    for (let line = first; line < first + linesAtOnce; line++) {
      const end = line % 50 === 0 ? '\r\n' : '\n';
      text += `${line % 200 === 0 ? note : ''}${line}: compiled a file of the größere module${end}`;
    }
    const middle = text.length - 10;
    build.print(text.slice(0, middle));
    await sleep(25);
    build.print(text.slice(middle));
  }
}

/** One GiB of log: as a finished one below `/done`, as one that is written while it is read below `/growing`. */
const line = `${'x'.repeat(99)}\n`;
const size = Math.floor(2 ** 30 / line.length) * line.length;
const block = Buffer.from(line.repeat(10_000));
const blockWithCr = Buffer.from(line.replace('\n', '\r\n').repeat(10_000));

async function send(response: ServerResponse, bytes: Buffer, count: number): Promise<void> {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  for (let left = count; left > 0; left -= bytes.length) {
    if (!response.write(left < bytes.length ? bytes.subarray(0, left) : bytes)) {
      await once(response, 'drain', { signal: gone.signal });
    }
  }
  response.end();
}

/** A client that goes away ends the sending. */
const goneAway = (): undefined => undefined;

const giant = createServer((request, response) => {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
  if (pathname.endsWith('/consoleText')) return void send(response, block, size).catch(goneAway);
  const start = Number(searchParams.get('start'));
  const left = (size - start) / line.length;
  const more = pathname.includes('/growing/') && left > 10_000;
  response.setHeader('x-text-size', size);
  if (more) response.setHeader('x-more-data', 'true');
  const count = more ? 10_000 : left;
  return void send(response, blockWithCr, count * (line.length + 1)).catch(goneAway);
});

const fake = await startFakeJenkins();
fake.runs('loud', printALot);
giant.listen(0, '127.0.0.1', () => {
  const { port } = giant.address() as AddressInfo;
  process.send?.({ url: fake.url, token: fake.users.admin.token, giant: `http://127.0.0.1:${port}/` });
});
