import { NotificationError } from '../errors.ts';
import type { TracePage } from './trace-page.ts';

/** Options of `fetchTrace`. */
export interface FetchTraceOptions {
  /** The base address of a notification manager. */
  url: string;
  fingerprint: string;
  limit: number;
  /** Also asks why this receiver was told or not. */
  receiver?: string | undefined;
  token?: string | undefined;
}

const timeoutMs = 10_000;

/** Asks a notification manager about an alert. Throws `NotificationError` with what to do when it does not say. */
export async function fetchTrace(options: FetchTraceOptions): Promise<TracePage> {
  const { url, fingerprint, limit, receiver, token } = options;
  const query = new URLSearchParams({ fingerprint, limit: String(limit) });
  if (receiver !== undefined) query.set('receiver', receiver);
  const address = `${url.replace(/\/+$/, '')}/api/v2/trace?${query.toString()}`;
  if (!/^https?:$/.test(URL.parse(address)?.protocol ?? '')) {
    throw new NotificationError('Invalid', `${url} is no address: it begins with http:// or https://`);
  }
  let response: Response;
  try {
    response = await fetch(address, {
      signal: AbortSignal.timeout(timeoutMs),
      ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }),
    });
  } catch (error) {
    throw new NotificationError(
      'NotFound',
      `no notification manager answers at ${url}${reasonOf(error)}: is it running there?`,
      { cause: error },
    );
  }
  const answer = (await response.json().catch(() => undefined)) as
    (Partial<TracePage> & { title?: string }) | null | undefined;
  if (response.ok && Array.isArray(answer?.alerts)) return answer as TracePage;
  throw new NotificationError(
    'Invalid',
    answer?.title ?? `what answers at ${url} is no notification manager (HTTP ${response.status})`,
  );
}

/** What hindered the connection, such as a certificate: fetch itself says of all of them that it failed. */
function reasonOf(error: unknown): string {
  const { cause } = error as { cause?: NodeJS.ErrnoException };
  const reason = cause?.code ?? cause?.message;
  return reason === undefined ? '' : ` (${reason})`;
}
