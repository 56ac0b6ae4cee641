import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import type { Logger, Pod } from '@armillary/kube';
import type { Executor } from '../executor/executor.ts';
import { readLog } from '../logs/log-reader.ts';
import { isEnded } from '../pod/pod-status.ts';
import type { KubeletAccess } from './kubelet-access.ts';
import { type LogRequest, LogRequestError, parseLogRequest } from './log-request.ts';

/** Where and how the endpoint listens. All of `tls` is PEM text. */
export interface KubeletOptions {
  host: string;
  /** 0 takes a free one. */
  port: number;
  tls: {
    key: string | Buffer;
    cert: string | Buffer;
    /** The authority of client certificates that may read logs: the API server's own. */
    clientCa?: string | Buffer;
  };
}

/** What the endpoint serves from. */
export interface KubeletSources {
  pod: (name: string, namespace: string) => Pod | undefined;
  pods: () => Pod[];
  executor: Executor;
  access: Pick<KubeletAccess, 'check'>;
  logger: Logger;
}

/** A refusal with its HTTP status. */
class Refusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** The part of a kubelet's API that an API server needs for `kubectl logs`: over TLS, never without authentication. */
export class KubeletServer {
  readonly #options: KubeletOptions;
  readonly #sources: KubeletSources;
  readonly #stop = new AbortController();
  readonly #server: Server;

  constructor(options: KubeletOptions, sources: KubeletSources) {
    this.#options = options;
    this.#sources = sources;
    const { key, cert, clientCa } = options.tls;
    this.#server = createServer(
      {
        key,
        cert,
        minVersion: 'TLSv1.2',
        // Certificates are asked for, not demanded: a bearer token is the other way in.
        requestCert: clientCa !== undefined,
        rejectUnauthorized: false,
        ...(clientCa !== undefined && { ca: clientCa }),
      },
      (request, response) => void this.#answer(request, response),
    );
    this.#server.headersTimeout = 10_000;
    this.#server.requestTimeout = 30_000;
    this.#server.maxConnections = 10_000;
  }

  /** Listens; answers the port. */
  async start(): Promise<number> {
    this.#server.listen(this.#options.port, this.#options.host);
    await once(this.#server, 'listening');
    return (this.#server.address() as AddressInfo).port;
  }

  /** Ends all answers and closes. */
  async stop(): Promise<void> {
    this.#stop.abort(new Error('the runner stops'));
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const gone = new AbortController();
    response.once('close', () => gone.abort(new Error('the reader left')));
    const signal = AbortSignal.any([gone.signal, this.#stop.signal]);
    try {
      await this.#route(request, response, signal);
    } catch (error) {
      if (signal.aborted) response.destroy();
      else this.#fail(response, error);
    }
  }

  async #route(request: IncomingMessage, response: ServerResponse, signal: AbortSignal): Promise<void> {
    const { access, pods } = this.#sources;
    const allowed = await access.check(request, AbortSignal.any([signal, AbortSignal.timeout(10_000)]));
    if (allowed === 'unauthenticated') throw new Refusal(401, 'Unauthorized');
    if (allowed === 'forbidden') throw new Refusal(403, 'Forbidden: the user may not get nodes/proxy');
    if (request.method !== 'GET') throw new Refusal(405, 'only GET is served');
    const url = new URL(request.url ?? '/', 'https://kubelet');
    if (url.pathname === '/healthz') return void response.end('ok');
    if (url.pathname === '/pods') {
      response.setHeader('content-type', 'application/json');
      return void response.end(
        JSON.stringify({ kind: 'PodList', apiVersion: 'v1', metadata: {}, items: pods() }),
      );
    }
    const log = parseLogRequest(url, Date.now());
    if (log === undefined) throw new Refusal(404, '404 page not found');
    await this.#sendLog(log, response, signal);
  }

  async #sendLog(request: LogRequest, response: ServerResponse, signal: AbortSignal): Promise<void> {
    const { executor, pod: find } = this.#sources;
    const pod = find(request.pod, request.namespace);
    if (pod === undefined) throw new Refusal(404, `pod ${JSON.stringify(request.pod)} does not exist`);
    const { container } = request;
    const where = `container ${JSON.stringify(container)} in pod ${JSON.stringify(request.pod)}`;
    if (!pod.spec.containers.some(({ name }) => name === container)) {
      throw new Refusal(404, `container ${container} is not valid for pod ${request.pod}`);
    }
    if (request.previous) throw new Refusal(400, `previous terminated ${where} not found`);
    const path = executor.folderOf(pod.metadata.uid ?? '').log(container);
    response.setHeader('content-type', 'text/plain');
    try {
      for await (const block of readLog(path, executor.hub, request.options, signal)) {
        // The block's memory is used again for the next read.
        if (!response.write(Buffer.from(block))) await once(response, 'drain', { signal });
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      if (!isEnded(pod)) throw new Refusal(400, `${where} is waiting to start: PodInitializing`);
      throw new Refusal(404, `there is no log of ${where} on this machine`);
    }
    response.end();
  }

  #fail(response: ServerResponse, error: unknown): void {
    const status = error instanceof Refusal ? error.status : error instanceof LogRequestError ? 400 : 500;
    const message = error instanceof Error ? error.message : String(error);
    if (status === 500)
      this.#sources.logger.error({ err: error }, 'a request to the kubelet endpoint failed');
    if (response.headersSent) return void response.destroy();
    response.statusCode = status;
    response.setHeader('content-type', 'text/plain');
    response.end(status === 500 ? 'the runner could not answer; its log says why\n' : `${message}\n`);
  }
}
