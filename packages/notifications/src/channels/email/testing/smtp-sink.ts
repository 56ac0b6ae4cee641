import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/** What an smtp-sink does other than take every mail. Commands are such as `MAIL`, `RCPT`, `DATA` and `.`. */
export interface SmtpSinkOptions {
  /** Commands that are refused for good (5xx). */
  readonly refuse?: readonly string[];
  /** Commands that are refused for now (4xx). */
  readonly defer?: readonly string[];
  /** Commands after which the connection is cut. */
  readonly hangUp?: readonly string[];
}

/** A running smtp-sink. */
export interface SmtpSink extends AsyncDisposable {
  readonly port: number;
  /** The mails it has by now, each with the envelope in lines `X-Mail-Args` and `X-Rcpt-Args` before it. */
  mails(): string[];
}

/**
 * Starts smtp-sink of Postfix, a mail server that nobody of Nodemailer wrote. Throws, rather than letting a suite be
 * skipped, when it is missing (Debian's package postfix).
 */
export async function startSmtpSink(options: SmtpSinkOptions = {}): Promise<SmtpSink> {
  const folder = mkdtempSync(join(tmpdir(), 'smtp-sink-'));
  // As root it wants to be somebody else, who must be able to write there.
  chmodSync(folder, 0o777);
  const port = await freePort();
  const child = spawn(
    '/usr/sbin/smtp-sink',
    [
      ...(process.getuid?.() === 0 ? ['-u', 'nobody'] : []),
      ...(['refuse', 'defer', 'hangUp'] as const).flatMap((what) =>
        options[what] ? [{ refuse: '-f', defer: '-r', hangUp: '-q' }[what], options[what].join(',')] : [],
      ),
      '-d',
      join(folder, 'mail.'),
      `127.0.0.1:${port}`,
      '100',
    ],
    { stdio: 'ignore' },
  );
  let failure: Error | undefined;
  child.once('error', (error) => (failure = error));
  while (!(await accepts(port))) {
    if (failure) throw failure;
    if (child.exitCode !== null) throw new Error(`smtp-sink ended with ${child.exitCode}`);
    await sleep(5);
  }
  return {
    port,
    mails: () => readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8')),
    async [Symbol.asyncDispose]() {
      const exit = once(child, 'exit');
      child.kill();
      await exit;
      rmSync(folder, { recursive: true });
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}
