import type { ClusterConfig } from '../config/cluster-config.ts';
import type { KubeObject } from '../objects/kube-object.ts';
import { isStatus } from '../objects/status.ts';
import type { ResourceType } from '../objects/resource-type.ts';
import { systemClock } from '../time/clock.ts';
import type { Clock } from '../time/clock.ts';
import { Discovery } from './discovery.ts';
import { codeOfHttpStatus, errorFromStatus, isNotFound, KubeError } from './kube-error.ts';
import { ResourceClient } from './resource-client.ts';
import type { ApplyOptions } from './resource-client.ts';
import { Transport } from './transport.ts';
import type { RawRequest, RawResponse, RequestSample } from './transport.ts';

/** Settings of a client; each has a default. */
export interface KubeClientOptions {
  /** `armillary-kube` unless told. Servers show it in audit logs and as the default field manager. */
  userAgent?: string;
  /** For a whole request with its retries: 30,000 ms unless told. Watches and followed logs have none. */
  requestTimeoutMs?: number;
  /** Connections for short requests: 32 unless told. */
  maxConnections?: number;
  /** Connections for watches and followed logs, one each: 512 unless told. Further ones wait. */
  maxStreams?: number;
  /** Client-side throttle; none unless told, because servers throttle fairly by themselves. */
  rateLimit?: { perSecond: number; burst: number };
  /** The largest answer that is decoded: 256 MiB unless told. */
  maxResponseBytes?: number;
  /** The largest watch event: 16 MiB unless told. */
  maxWatchEventBytes?: number;
  /** Called with each `Warning` of the server, such as a deprecated version or an unknown field. */
  onWarning?: (text: string) => void;
  /** Called after each exchange, for metrics. */
  onRequest?: (sample: RequestSample) => void;
  clock?: Clock;
}

/**
 * A client of one API server.
 *
 * ```ts
 * const client = new KubeClient(await loadKubeconfig());
 * const pod = await client.resource(coreV1.pods).get('web-0', { namespace: 'shop' });
 * await client.close();
 * ```
 */
export class KubeClient {
  /** The namespace of the context. */
  readonly namespace: string;
  readonly clock: Clock;
  readonly maxWatchEventBytes: number;
  readonly #maxResponseBytes: number;
  readonly #transport: Transport;
  readonly #discovery: Discovery;

  constructor(config: ClusterConfig, options: KubeClientOptions = {}) {
    this.namespace = config.namespace;
    this.clock = options.clock ?? systemClock;
    this.maxWatchEventBytes = options.maxWatchEventBytes ?? 16 * 1024 * 1024;
    this.#maxResponseBytes = options.maxResponseBytes ?? 256 * 1024 * 1024;
    this.#transport = new Transport(config, {
      userAgent: options.userAgent ?? 'armillary-kube',
      requestTimeoutMs: options.requestTimeoutMs ?? 30_000,
      maxConnections: options.maxConnections ?? 32,
      maxStreams: options.maxStreams ?? 512,
      clock: this.clock,
      onWarning: options.onWarning,
      onRequest: options.onRequest,
      rateLimit: options.rateLimit,
    });
    this.#discovery = new Discovery((path, signal) => this.json({ path, signal }));
  }

  /** The typed client of one resource. Cheap: make one where it is needed. */
  resource<T extends KubeObject>(type: ResourceType<T>): ResourceClient<T> {
    return new ResourceClient(this, type);
  }

  /** Sends any request with authentication, deadline and safe retries; resolves with any status. */
  raw(request: RawRequest): Promise<RawResponse> {
    return this.#transport.send(request);
  }

  /**
   * Sends a request whose answer must be a success; resolves with its body as a stream.
   * Rejects with a {@link KubeError} that carries the server's `Status`.
   */
  async stream(request: RawRequest): Promise<RawResponse> {
    const response = await this.raw({ stream: true, ...request });
    if (response.status < 200 || response.status > 299) await this.#fail(request, response);
    return response;
  }

  /** Sends a request and decodes the JSON of its successful answer. Rejects with a {@link KubeError}. */
  async json<T = unknown>(request: RawRequest): Promise<T> {
    const response = await this.raw(request);
    if (response.status < 200 || response.status > 299) return this.#fail(request, response);
    const text = await this.#readText(response);
    try {
      return JSON.parse(text) as T;
    } catch {
      // The parser's own message would quote the answer, which may be a Secret.
      throw new KubeError('MalformedResponse', `${labelOf(request)}: the answer is not JSON`, {
        httpStatus: response.status,
      });
    }
  }

  /** The resource of a kind, for manifests of any kind. Rejects with `UnknownKind`. */
  discover(apiVersion: string, kind: string, signal?: AbortSignal): Promise<ResourceType> {
    return this.#discovery.find(apiVersion, kind, signal);
  }

  /**
   * Server-side apply of a manifest of any kind. A namespaced manifest without a namespace goes to that of
   * the context, as with kubectl.
   */
  async apply<T extends KubeObject>(manifest: T, options: ApplyOptions): Promise<T> {
    try {
      return await this.#applyOnce(manifest, options);
    } catch (error) {
      const pathIsGone = isNotFound(error) && error.status?.details?.name === undefined;
      if (!pathIsGone) throw error;
      this.#discovery.invalidate(manifest.apiVersion);
      return this.#applyOnce(manifest, options);
    }
  }

  /** Ends every connection; what is under way fails with `ClientClosed`. */
  close(): Promise<void> {
    return this.#transport.close();
  }

  async #applyOnce<T extends KubeObject>(manifest: T, options: ApplyOptions): Promise<T> {
    const type = (await this.discover(manifest.apiVersion, manifest.kind, options.signal)) as ResourceType<T>;
    const namespace = manifest.metadata.namespace ?? this.namespace;
    const target = type.namespaced
      ? { ...manifest, metadata: { ...manifest.metadata, namespace } }
      : manifest;
    return this.resource(type).apply(target, options);
  }

  async #readText(response: RawResponse): Promise<string> {
    const chunks: Uint8Array[] = [];
    let size = 0;
    for await (const chunk of response.body) {
      size += chunk.length;
      if (size > this.#maxResponseBytes) {
        throw new KubeError(
          'ResponseTooLarge',
          `the answer is above ${this.#maxResponseBytes} bytes: list in pages (limit), or raise maxResponseBytes`,
        );
      }
      chunks.push(chunk);
    }
    return Buffer.concat(chunks, size).toString('utf8');
  }

  async #fail(request: RawRequest, response: RawResponse): Promise<never> {
    const label = labelOf(request);
    const { status: httpStatus, retryAfterMs } = response;
    const text = await this.#readText(response);
    let body: unknown;
    try {
      body = JSON.parse(text);
    } catch {
      // A proxy's page or plain text: the status alone must do.
    }
    if (isStatus(body)) throw errorFromStatus(body, httpStatus, label, retryAfterMs);
    throw new KubeError(codeOfHttpStatus(httpStatus), `${label}: HTTP ${httpStatus}`, {
      httpStatus,
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    });
  }
}

function labelOf(request: RawRequest): string {
  return `${request.method ?? 'GET'} ${request.path}`;
}
