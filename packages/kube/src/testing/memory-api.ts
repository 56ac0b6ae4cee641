import { createServer } from 'node:http';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { ClusterConfig } from '../config/cluster-config.ts';
import type { KubeObject } from '../objects/kube-object.ts';

/** A request that came in. */
export interface SeenRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
  body: string;
}

/** Handles a request in place of the API; answers true when it did. */
export type Intercept = (request: SeenRequest, response: ServerResponse) => boolean;

interface Watcher {
  collection: string;
  namespace: string | undefined;
  response: ServerResponse;
}

interface LoggedEvent {
  version: number;
  collection: string;
  namespace: string | undefined;
  line: string;
}

interface Target {
  collection: string;
  namespace: string | undefined;
  name: string | undefined;
  subresource: string | undefined;
}

/**
 * As much of an API server as client tests need, on a real socket, with a hook to misbehave: objects in memory,
 * one resource version for all, list with pages, watch with replay, merge patch and optimistic locking.
 */
export class MemoryApi {
  readonly seen: SeenRequest[] = [];
  intercept: Intercept | undefined;
  /** Whether `sendInitialEvents` is understood. Otherwise it is refused as servers before 1.27 do. */
  watchList = false;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #objects = new Map<string, KubeObject>();
  readonly #log: LoggedEvent[] = [];
  readonly #watchers = new Set<Watcher>();
  #version = 100;
  #uids = 0;

  private constructor(server: Server) {
    this.#server = server;
    server.on('request', (request, response) => void this.#receive(request, response));
    server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  static async start(): Promise<MemoryApi> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new MemoryApi(server);
  }

  get config(): ClusterConfig {
    const { port } = this.#server.address() as AddressInfo;
    return { server: `http://127.0.0.1:${port}`, namespace: 'default' };
  }

  get version(): string {
    return String(this.#version);
  }

  get openWatches(): number {
    return this.#watchers.size;
  }

  /** The requests whose path is this, watches among them or alone. */
  count(path: string, kind: 'list' | 'watch' | 'any' = 'any'): number {
    return this.seen.filter(
      (each) =>
        each.path === path && (kind === 'any' || (each.query.get('watch') === 'true') === (kind === 'watch')),
    ).length;
  }

  /** Stores an object under `/api/v1/namespaces/NS/PLURAL/NAME` or the like, as somebody else's write. */
  put(path: string, content: Partial<KubeObject> & Record<string, unknown>): KubeObject {
    const before = this.#objects.get(path);
    const { collection, namespace, name } = targetOf(path);
    this.#version += 1;
    const object = {
      ...content,
      apiVersion: content.apiVersion ?? 'v1',
      kind: content.kind ?? 'ConfigMap',
      metadata: {
        uid: before?.metadata.uid ?? `uid-${(this.#uids += 1)}`,
        ...content.metadata,
        ...(name === undefined ? {} : { name }),
        ...(namespace === undefined ? {} : { namespace }),
        resourceVersion: this.version,
      },
    };
    this.#objects.set(path, object);
    this.#publish(collection, namespace, before ? 'MODIFIED' : 'ADDED', object);
    return object;
  }

  object(path: string): (KubeObject & Record<string, never>) | undefined {
    return this.#objects.get(path) as (KubeObject & Record<string, never>) | undefined;
  }

  remove(path: string): void {
    const before = this.#objects.get(path);
    if (!before) return;
    const { collection, namespace } = targetOf(path);
    this.#objects.delete(path);
    this.#version += 1;
    const metadata = { ...before.metadata, resourceVersion: this.version };
    this.#publish(collection, namespace, 'DELETED', { ...before, metadata });
  }

  /** Ends every open watch in order. */
  endWatches(): void {
    for (const { response } of this.#watchers) response.end();
  }

  /** Cuts every open connection with a reset. */
  resetConnections(): void {
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** Forgets the history, so that older versions are expired. */
  compact(): void {
    this.#log.length = 0;
    this.#version += 1;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #receive(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of message) chunks.push(chunk as Buffer);
    } catch {
      // A client that was closed in the middle of its request has asked nothing.
      return;
    }
    const url = new URL(message.url ?? '/', 'http://127.0.0.1');
    const request: SeenRequest = {
      method: message.method ?? 'GET',
      path: url.pathname,
      query: url.searchParams,
      headers: message.headers,
      body: Buffer.concat(chunks).toString(),
    };
    this.seen.push(request);
    if (this.intercept?.(request, response)) return;
    this.#serve(request, response);
  }

  #serve(request: SeenRequest, response: ServerResponse): void {
    const target = targetOf(request.path);
    if (request.method === 'POST') return this.#create(target, request, response);
    if (target.name === undefined) {
      if (request.query.get('watch') === 'true') return this.#watch(target, request, response);
      return this.#list(target, request, response);
    }
    const path = request.path.replace(/\/(?:status|scale)$/u, '');
    const before = this.#objects.get(path);
    const applying = request.headers['content-type'] === 'application/apply-patch+yaml';
    if (!before && !applying) {
      return answerStatus(response, 404, 'NotFound', { name: target.name });
    }
    switch (request.method) {
      case 'GET':
        return answer(response, 200, before);
      case 'DELETE':
        this.remove(path);
        return answer(response, 200, before);
      default:
        return this.#write(path, before, request, response);
    }
  }

  #create(target: Target, request: SeenRequest, response: ServerResponse): void {
    if (target.subresource) return answer(response, 201, JSON.parse(request.body));
    const object = JSON.parse(request.body) as KubeObject;
    const path = `${request.path}/${object.metadata.name}`;
    if (this.#objects.has(path)) return answerStatus(response, 409, 'AlreadyExists');
    answer(response, 201, this.put(path, object as KubeObject & Record<string, unknown>));
  }

  #write(path: string, before: KubeObject | undefined, request: SeenRequest, response: ServerResponse): void {
    const body = JSON.parse(request.body) as KubeObject;
    const expected = body.metadata?.resourceVersion;
    if (expected !== undefined && expected !== before?.metadata.resourceVersion) {
      return answerStatus(response, 409, 'Conflict');
    }
    const after = request.method === 'PUT' ? body : merge(before ?? {}, body);
    answer(response, 200, this.put(path, after as KubeObject & Record<string, unknown>));
  }

  #list(target: Target, request: SeenRequest, response: ServerResponse): void {
    const items = [...this.#objects]
      .filter(([path]) => matches(targetOf(path), target))
      .map(([, object]) => object);
    const limit = Number(request.query.get('limit') ?? 0) || items.length;
    const start = Number(request.query.get('continue') ?? 0);
    const next = start + limit < items.length ? String(start + limit) : undefined;
    answer(response, 200, {
      kind: 'List',
      apiVersion: 'v1',
      metadata: { resourceVersion: this.version, continue: next },
      items: items.slice(start, start + limit),
    });
  }

  #watch(target: Target, request: SeenRequest, response: ServerResponse): void {
    const initial = request.query.get('sendInitialEvents') === 'true';
    if (initial && !this.watchList) {
      return answerStatus(response, 422, 'Invalid');
    }
    const from = Number(request.query.get('resourceVersion') ?? this.#version);
    const oldest = this.#log[0]?.version ?? this.#version + 1;
    if (from < oldest - 1) return answerStatus(response, 410, 'Expired');
    response.writeHead(200, { 'content-type': 'application/json' });
    response.flushHeaders();
    if (initial) this.#sendInitial(target, response);
    else {
      for (const event of this.#log) {
        if (event.version > from && matches(event, target)) response.write(event.line);
      }
    }
    const watcher = { ...target, response };
    this.#watchers.add(watcher);
    response.once('close', () => this.#watchers.delete(watcher));
  }

  #sendInitial(target: Target, response: ServerResponse): void {
    for (const [path, object] of this.#objects) {
      if (matches(targetOf(path), target)) response.write(eventLine('ADDED', object));
    }
    const annotations = { 'k8s.io/initial-events-end': 'true' };
    const metadata = { resourceVersion: this.version, annotations };
    response.write(eventLine('BOOKMARK', { apiVersion: 'v1', kind: 'ConfigMap', metadata }));
  }

  #publish(collection: string, namespace: string | undefined, type: string, object: KubeObject): void {
    const event = { version: this.#version, collection, namespace, line: eventLine(type, object) };
    this.#log.push(event);
    for (const watcher of this.#watchers) if (matches(event, watcher)) watcher.response.write(event.line);
  }
}

/** Sends JSON. */
export function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

/** Sends a `Status`. */
export function answerStatus(
  response: ServerResponse,
  code: number,
  reason: string,
  details: Record<string, unknown> = {},
): void {
  answer(response, code, {
    kind: 'Status',
    status: 'Failure',
    reason,
    code,
    message: `it is ${reason}`,
    details,
  });
}

/** One line of a watch. */
export function eventLine(type: string, object: unknown): string {
  return `${JSON.stringify({ type, object })}\n`;
}

function targetOf(path: string): Target {
  const match =
    /^(?<group>\/api\/v1|\/apis\/[^/]+\/[^/]+)(?:\/namespaces\/(?<namespace>[^/]+)(?=\/))?\/(?<plural>[^/]+)(?:\/(?<name>[^/]+))?(?:\/(?<subresource>[^/]+))?$/u.exec(
      path,
    );
  const groups = match?.groups ?? {};
  return {
    collection: `${groups['group']}/${groups['plural']}`,
    namespace: groups['namespace'],
    name: groups['name'],
    subresource: groups['subresource'],
  };
}

function matches(
  one: { collection: string; namespace: string | undefined },
  wanted: { collection: string; namespace: string | undefined },
): boolean {
  return (
    one.collection === wanted.collection &&
    (wanted.namespace === undefined || one.namespace === wanted.namespace)
  );
}

function merge(before: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const result: Record<string, unknown> = { ...(before as object) };
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete result[name];
    else result[name] = merge(result[name] ?? {}, value);
  }
  return result;
}
