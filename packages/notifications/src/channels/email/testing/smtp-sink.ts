import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../../../../../e2e/testing/free-port.ts';

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
  for (let attempt = 1; ; attempt++) {
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
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    let said = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
    child.once('error', (error) => (said += error.message));
    const closed = once(child, 'close').catch(() => undefined);
    const gone = (): boolean =>
      child.pid === undefined || child.exitCode !== null || child.signalCode !== null;
    while (!gone() && !(await accepts(port))) await sleep(5);
    if (!gone()) {
      return {
        port,
        mails: () => readdirSync(folder).map((file) => readFileSync(join(folder, file), 'utf8')),
        async [Symbol.asyncDispose]() {
          child.kill();
          await closed;
          rmSync(folder, { recursive: true });
        },
      };
    }
    // By then it has said why.
    await closed;
    if (attempt === 5 || !said.includes('in use')) {
      rmSync(folder, { recursive: true });
      throw new Error(`smtp-sink does not start: ${said}`);
    }
  }
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
