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
  let response: Response;
  try {
    response = await fetch(address, {
      signal: AbortSignal.timeout(timeoutMs),
      ...(token === undefined ? {} : { headers: { authorization: `Bearer ${token}` } }),
    });
  } catch (error) {
    throw new NotificationError(
      'NotFound',
      `no notification manager answers at ${url}: is it running there?`,
      {
        cause: error,
      },
    );
  }
  const answer = (await response.json().catch(() => ({}))) as TracePage & { title?: string };
  if (response.ok) return answer;
  throw new NotificationError(
    'Invalid',
    answer.title ?? `the notification manager answered ${response.status}`,
  );
}
