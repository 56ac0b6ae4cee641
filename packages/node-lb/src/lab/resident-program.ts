/**
 * The program of one namespace of a lab: it answers like a pod, and it calls like a client. It is told what to do by
 * lines of JSON on its standard input (`Order` with a number), and answers each by a line with the same number. It ends
 * when the input does, so that it never outlives the lab.
 */
import { createSocket } from 'node:dgram';
import { createServer, createConnection } from 'node:net';
import type { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import type { Answer, CallOrder, Order, OrderLine, ResultLine } from './resident-orders.ts';

const connections = new Map<string, Socket>();

/** What servers say to each line or datagram: who they are, and whom they see. */
function introduction(name: string, peer: string | undefined): string {
  return `${JSON.stringify({ name, peer: (peer ?? '').replace(/^::ffff:/, '') })}\n`;
}

/** What a server said as an answer; it may be another one than a resident's. */
function introduced(text: string): Answer {
  try {
    const { name, peer } = JSON.parse(text) as Record<string, unknown>;
    if (typeof name === 'string' && typeof peer === 'string') return { name, peer };
  } catch {
    // No JSON, so not ours either.
  }
  return { error: 'answered by a stranger' };
}

async function serve(name: string, port: number): Promise<void> {
  const tcp = createServer((socket) => {
    const end = (): void => void socket.destroy();
    socket.on('error', end);
    createInterface({ input: socket })
      .on('line', (line) => {
        const bytes = /^stream (\d+)$/.exec(line)?.[1];
        if (bytes === undefined) socket.write(introduction(name, socket.remoteAddress));
        else void stream(socket, Number(bytes));
      })
      // A connection that is reset is an error of its reader, too, and unheard it would end this program.
      .on('error', end);
  });
  await new Promise<void>((resolve, reject) => {
    tcp.once('error', reject).listen({ port, host: '::' }, resolve);
  });
  const udp = createSocket('udp6');
  // What could not be sent is lost, as on any network.
  udp.on('error', () => {});
  udp.on('message', (_, { address, port: from }) => udp.send(introduction(name, address), from, address));
  await new Promise<void>((resolve, reject) => {
    udp.once('error', reject).bind({ port, address: '::' }, resolve);
  });
}

/** As much as was asked for, no faster than it is read. */
async function stream(socket: Socket, bytes: number): Promise<void> {
  const chunk = Buffer.alloc(64 * 1024, 'x');
  for (let left = bytes; left > 0 && !socket.destroyed; left -= chunk.length) {
    if (socket.write(left < chunk.length ? chunk.subarray(0, left) : chunk)) continue;
    await new Promise<void>((resolve) => socket.once('drain', resolve).once('close', resolve));
  }
}

/**
 * Calls back after so many milliseconds, once what has come by then is read: this program may have been held up itself.
 * The answer takes it back.
 */
function afterReading(ms: number, act: () => void): () => void {
  let last: NodeJS.Immediate | undefined;
  const timer = setTimeout(() => (last = setImmediate(act)), ms);
  return () => {
    clearTimeout(timer);
    clearImmediate(last);
  };
}

/** All at once: what would work one after the other may not work for many. */
async function call(order: CallOrder): Promise<Answer[]> {
  return await Promise.all(
    Array.from({ length: order.times }, () => (order.protocol === 'TCP' ? callTcp(order) : callUdp(order))),
  );
}

async function callTcp(order: CallOrder): Promise<Answer> {
  const socket = createConnection({ host: order.address, port: order.port });
  socket.write('who\n');
  const answer = await lineOf(socket, order.timeoutMs);
  socket.destroy();
  return answer;
}

/** The next line of a connection as an answer, or what happened instead. */
function lineOf(socket: Socket, timeoutMs: number): Promise<Answer> {
  return new Promise((resolve) => {
    let text = '';
    const onData = (chunk: Buffer): void => {
      text += chunk.toString();
      if (text.endsWith('\n')) finish(introduced(text));
    };
    const onError = (error: NodeJS.ErrnoException): void => finish({ error: error.code ?? error.message });
    const onClose = (): void => finish({ error: 'closed' });
    const stopWaiting = afterReading(timeoutMs, () => finish({ error: 'timeout' }));
    const finish = (answer: Answer): void => {
      stopWaiting();
      socket
        .off('data', onData)
        .off('error', onError)
        .off('close', onClose)
        .on('error', () => {});
      resolve(answer);
    };
    socket.on('data', onData).on('error', onError).on('close', onClose);
  });
}

/** A socket of its own for each datagram, so that each is a connection to the kernel. */
function callUdp(order: CallOrder): Promise<Answer> {
  return new Promise((resolve) => {
    const socket = createSocket(order.address.includes(':') ? 'udp6' : 'udp4');
    const finish = (answer: Answer): void => {
      stopWaiting();
      socket.close();
      resolve(answer);
    };
    const stopWaiting = afterReading(order.timeoutMs, () => finish({ error: 'timeout' }));
    // A connected socket hears of refusals.
    socket.connect(order.port, order.address, () => socket.send('who\n'));
    socket.on('message', (message) => finish(introduced(message.toString())));
    socket.on('error', (error: NodeJS.ErrnoException) => finish({ error: error.code ?? error.message }));
  });
}

async function obey(order: Order): Promise<unknown> {
  switch (order.kind) {
    case 'serve':
      await serve(order.name, order.port);
      return undefined;
    case 'call':
      return await call(order);
    case 'open': {
      const socket = createConnection({ host: order.address, port: order.port });
      connections.set(
        order.connection,
        socket.on('error', () => {}),
      );
      return await ask(order.connection, order.timeoutMs);
    }
    case 'ask':
      return await ask(order.connection, order.timeoutMs);
    case 'close':
      connections.get(order.connection)?.destroy();
      return connections.delete(order.connection);
    default:
      throw new TypeError(`no such order: ${JSON.stringify(order satisfies never)}`);
  }
}

/** One more answer over a connection that was opened before. */
async function ask(connection: string, timeoutMs: number): Promise<Answer> {
  const socket = connections.get(connection);
  if (socket === undefined || socket.destroyed) return { error: 'closed' };
  socket.write('who\n');
  return await lineOf(socket, timeoutMs);
}

function say(line: ResultLine): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const { number, order } = JSON.parse(line) as OrderLine;
    obey(order).then(
      (result) => say({ number, result }),
      (error: unknown) => say({ number, failure: String(error) }),
    );
  })
  .on('close', () => process.exit(0));
