/** Recorded pairs of a real Jenkins 2.516.2 with 100 plugins. Only for this package's own tests: it is not published. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(import.meta.dirname, '../../fixtures');

/** One request to a real Jenkins and its answer, trimmed: noise headers and the furniture of HTML pages are gone. */
export interface Recording {
  readonly name: string;
  readonly note?: string;
  readonly request: {
    readonly method: string;
    /** Path and query as sent, with a leading slash. */
    readonly path: string;
    /** Credentials are masked: `Basic <admin:api-token>`. */
    readonly headers: Readonly<Record<string, string>>;
    readonly body?: string;
  };
  readonly response: {
    readonly status: number;
    /** Lower-case names; only `set-cookie` is a list. */
    readonly headers: Readonly<Record<string, string | readonly string[]>>;
    /** The length before trimming, in bytes. */
    readonly bodyLength?: number;
    /** Whether `body` is a part of what was answered. */
    readonly trimmed?: boolean;
    readonly body: string;
  };
}

/** The recording of a name, such as `03-builds-02-buildWithParameters`. Throws when there is none. */
export function recording(name: string): Recording {
  return JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as Recording;
}

/** The body of a recorded answer as JSON. */
export function recordedJson(name: string): unknown {
  return JSON.parse(recording(name).response.body) as unknown;
}

/** The names of all recordings whose name starts with a prefix, in recorded order. */
export function recordingNames(prefix = ''): readonly string[] {
  return readdirSync(folder)
    .filter((file) => file.startsWith(prefix) && file.endsWith('.json'))
    .map((file) => file.slice(0, -'.json'.length))
    .sort();
}

/** A recorded answer as a `Response`, for tests that replace fetch. */
export function recordedResponse(name: string): Response {
  const { status, headers, body } = recording(name).response;
  const copied = new Headers();
  for (const [key, value] of Object.entries(headers)) {
    if (key === 'content-length') continue;
    for (const one of typeof value === 'string' ? [value] : value) copied.append(key, one);
  }
  return new Response([204, 304].includes(status) ? null : body, { status, headers: copied });
}
