import { KubeError } from './kube-error.ts';

/** What decides about another try. */
export interface RetryQuestion {
  method: string;
  /** Server-side apply is a PATCH that may be repeated. */
  idempotent: boolean;
  /** How many tries were made before the one that failed. */
  attempt: number;
}

const maxRetries = 5;
const capMs = 30_000;

/**
 * How long to wait before the request may be sent again, or undefined when it must not.
 * An answer is retried only when the server asked for it (429 or 503 with Retry-After) and repeating is
 * harmless.
 */
export function retryAfterAnswer(
  question: RetryQuestion,
  answer: { status: number; retryAfterMs: number | undefined },
): number | undefined {
  const asked = answer.status === 429 || answer.status === 503;
  if (!asked || answer.retryAfterMs === undefined || !question.idempotent) return undefined;
  if (question.attempt >= maxRetries) return undefined;
  return Math.min(capMs, answer.retryAfterMs * (1 + Math.random() / 4));
}

/**
 * The same for a request without an answer. Nothing was sent when the connection could not be made, so any
 * method may try again. A connection lost on the way may have carried the request: only reads go again, once.
 */
export function retryAfterFailure(question: RetryQuestion, error: unknown): number | undefined {
  if (!(error instanceof KubeError)) return undefined;
  if (error.code === 'ConnectionFailed' && isTransient(error.cause) && question.attempt < 2) {
    return 100 * 2 ** question.attempt * (1 + Math.random());
  }
  if (error.code === 'ConnectionLost' && question.method === 'GET' && question.attempt === 0) return 0;
  return undefined;
}

function isTransient(cause: unknown): boolean {
  const code = cause instanceof Error && 'code' in cause ? cause.code : undefined;
  return code === 'ECONNREFUSED' || code === 'EAI_AGAIN';
}

/** Milliseconds of a `Retry-After` header in its seconds or date form; undefined when absent or unreadable. */
export function parseRetryAfter(header: string | string[] | undefined, now: number): number | undefined {
  const value = Array.isArray(header) ? header[0] : header;
  if (value === undefined) return undefined;
  if (/^\d+$/u.test(value)) return Number(value) * 1000;
  const at = Date.parse(value);
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
