import { readFile } from 'node:fs/promises';
import { createServer, request as send, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, normalize } from 'node:path';
import { temporaryFolder } from './armillary.ts';
import { runProgram } from './process.ts';

type Folder = Awaited<ReturnType<typeof temporaryFolder>>;

const root = join(import.meta.dirname, '../..');

/**
 * A web site as its maker would put it before a Jenkins: a page, the built files of the Jenkins client under `/client/`,
 * and a proxy for `/jenkins/`. Nothing is bundled, and the page may load nothing from elsewhere.
 */
export class JenkinsSite {
  /** What the proxy sends for a request that carries no credentials. */
  authorization: string | undefined;
  readonly #jenkins: string;
  readonly #folder: Folder;
  readonly #server = createServer((incoming, outgoing) => void this.#answer(incoming, outgoing));

  /** `jenkins` is the address of a server under `/jenkins`. */
  static async start(jenkins: string): Promise<JenkinsSite> {
    const folder = await temporaryFolder();
    // As packing builds it, but not into the checkout, where others may be building.
    const built = await runProgram(
      process.execPath,
      [
        join(root, 'node_modules/typescript/bin/tsc'),
        '--project',
        join(root, 'packages/jenkins-client'),
        '--outDir',
        folder.path,
        '--composite',
        'false',
        '--declaration',
        'false',
        '--noCheck',
      ],
      { timeoutMs: 90_000 },
    );
    if (built.code !== 0) {
      await folder.remove();
      throw new Error(`the client does not build:\n${built.stdout}`);
    }
    const site = new JenkinsSite(jenkins, folder);
    await new Promise<void>((resolve) => site.#server.listen(0, '127.0.0.1', resolve));
    return site;
  }

  private constructor(jenkins: string, folder: Folder) {
    this.#jenkins = jenkins;
    this.#folder = folder;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
    await this.#folder.remove();
  }

  async #answer(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const path = incoming.url ?? '/';
    if (path.startsWith('/jenkins/')) this.#forward(path, incoming, outgoing);
    else if (path.startsWith('/client/')) {
      const file = join(this.#folder.path, normalize(path.slice('/client'.length)));
      const text = await readFile(file).catch(() => undefined);
      outgoing.writeHead(text ? 200 : 404, { 'content-type': 'text/javascript' }).end(text);
    } else {
      const headers = { 'content-type': 'text/html', 'content-security-policy': "default-src 'self'" };
      outgoing.writeHead(path === '/' ? 200 : 404, headers).end('<!doctype html><title>Jenkins</title>');
    }
  }

  #forward(path: string, incoming: IncomingMessage, outgoing: ServerResponse): void {
    const target = new URL(path, this.#jenkins);
    const authorization = incoming.headers.authorization ?? this.authorization;
    const headers = { ...incoming.headers, host: target.host, ...(authorization && { authorization }) };
    const forwarded = send(target, { method: incoming.method, headers }, (answer) => {
      // The browser would ask for a password in a window of its own, and the call would wait for that.
      delete answer.headers['www-authenticate'];
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
      answer.on('error', () => outgoing.destroy());
    });
    // What breaks on one side breaks on the other.
    forwarded.on('error', () => outgoing.destroy());
    outgoing.on('close', () => forwarded.destroy());
    incoming.pipe(forwarded);
  }
}
