import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';

/** A request that has been read whole. */
export interface FakeRequest {
  readonly method: string;
  /** The path below the server's prefix, as sent, without the query. */
  readonly path: string;
  /** The decoded segments of the path; empty ones are left out, as Jenkins tolerates doubled slashes. */
  readonly segments: readonly string[];
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** The text fields of an urlencoded or multipart form. */
  readonly form: URLSearchParams;
  /** The files of a multipart form. */
  readonly files: ReadonlyMap<string, { readonly name: string; readonly bytes: Uint8Array }>;
  /** A request parameter as a servlet sees it: the query's first, then the form's. */
  parameter(name: string): string | null;
}

/** An answer. A body that is a function is a page that carries a crumb: it gets one, and its session's cookie is set. */
export interface Answer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  readonly body?: string | Uint8Array | Readable | ((crumb: string) => string);
}

const MOST_BYTES = 64 * 1024 * 1024;

/** Reads a request; undefined when its path or its form cannot be decoded, or its body is beyond 64 MiB. */
export async function readRequest(
  incoming: IncomingMessage,
  prefix: string,
): Promise<FakeRequest | undefined> {
  const [rawPath = '/', search = ''] = (incoming.url ?? '/').split(/\?(.*)/s);
  const path = rawPath.startsWith(prefix) ? rawPath.slice(prefix.length) : rawPath;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MOST_BYTES) return undefined;
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks);
  const query = new URLSearchParams(search);
  try {
    const { form, files } = await readForm(incoming.headers['content-type'] ?? '', body);
    return {
      method: incoming.method ?? 'GET',
      path,
      segments: path
        .split('/')
        .filter((segment) => segment !== '')
        .map((segment) => decodeURIComponent(segment)),
      query,
      headers: incoming.headers,
      body,
      form,
      files,
      parameter: (name) => query.get(name) ?? form.get(name),
    };
  } catch {
    // Malformed percent signs or parts of a form: the servlet container refuses them, too.
    return undefined;
  }
}

async function readForm(type: string, body: Buffer): Promise<Pick<FakeRequest, 'form' | 'files'>> {
  const form = new URLSearchParams();
  const files = new Map<string, { name: string; bytes: Uint8Array }>();
  if (type.startsWith('application/x-www-form-urlencoded'))
    return { form: new URLSearchParams(body.toString()), files };
  if (!type.startsWith('multipart/form-data')) return { form, files };
  const data = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData();
  for (const [name, value] of data) {
    if (typeof value === 'string') form.append(name, value);
    else files.set(name, { name: value.name, bytes: new Uint8Array(await value.arrayBuffer()) });
  }
  return { form, files };
}

/** A JSON answer of a plugin's route. */
export function json(value: unknown, status = 200): Answer {
  return {
    status,
    headers: { 'content-type': 'application/json;charset=UTF-8' },
    body: JSON.stringify(value),
  };
}

/** A plain text answer. */
export function plain(body: string | Uint8Array, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status: 200, headers: { 'content-type': 'text/plain;charset=UTF-8', ...headers }, body };
}

/** A redirect, the usual answer to a form; the location is as Jenkins gives it, often a path. */
export function redirect(location: string, status = 302): Answer {
  return { status, headers: { location } };
}

/** An answer without a body. */
export function empty(status = 200): Answer {
  return { status };
}
