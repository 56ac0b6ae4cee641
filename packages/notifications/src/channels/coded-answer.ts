import type { OutgoingAnswer } from '../outgoing/outgoing-http.ts';
import { retryAfterMs } from '../outgoing/retry-after.ts';
import { DeliveryError } from '../delivery-error.ts';
import type { DeliveryErrorDetails, DeliveryFault } from '../delivery-error.ts';
import { jsonObject, providerWords, statusFailure } from './http-outcome.ts';

/** What one code of a provider means. */
export interface CodeMeaning {
  readonly fault: DeliveryFault;
  /** What to do about it, for people. */
  readonly advice?: string;
  /** Milliseconds to wait when the answer does not say. */
  readonly retryAfterMs?: number;
}

/** A provider that writes a code into the JSON of every answer, whatever the HTTP status: 0 is success. */
export interface CodedProvider {
  readonly name: string;
  /** Members that may hold a code: each of them that is there must be 0. */
  readonly codes: readonly string[];
  /** The member that holds the reason. */
  readonly words: string;
  /** What a code means; undefined for a code that is not known, which is tried again. */
  meaning(code: number, answer: CodedAnswer): CodeMeaning | undefined;
  /** Milliseconds that the answer itself asks to wait, beside Retry-After. */
  waitMs?(answer: CodedAnswer, headers: Readonly<Record<string, string>>): number | undefined;
}

/** The JSON of an answer; nothing in it was checked but the code. */
export type CodedAnswer = Readonly<Record<string, unknown>>;

/** The answer's JSON when its code is 0. Throws `DeliveryError` for every other answer. */
export function codedAnswer(answer: OutgoingAnswer, provider: CodedProvider, now: number): CodedAnswer {
  const json = jsonObject(answer);
  const found = json && codeOf(json, provider.codes);
  if (!json || !found || found.code === 0) {
    const failure = statusFailure(answer, provider.name, now, providerWords(json?.[provider.words]));
    if (failure) throw failure;
    if (json && found) return json;
    throw unreadableAnswer(answer, provider.name, now);
  }
  const throttled: CodeMeaning | undefined = answer.status === 429 ? { fault: 'rate' } : undefined;
  const meaning = provider.meaning(found.code, json) ?? throttled ?? { fault: 'transient' };
  const details: DeliveryErrorDetails = { code: `${found.name} ${found.code}` };
  if (meaning.fault === 'rate') {
    const wait =
      provider.waitMs?.(json, answer.headers) ?? retryAfterMs(answer.headers, now) ?? meaning.retryAfterMs;
    if (wait !== undefined) details.retryAfterMs = wait;
  }
  const reason = `${provider.name} refused: ${providerWords(json[provider.words])} (${details.code})`;
  const advice = meaning.advice === undefined ? '' : `: ${meaning.advice}`;
  throw new DeliveryError(meaning.fault, `${reason}${advice}`, details);
}

/** The error for an answer that is not what the provider's documents say: its status, else something to try again. */
export function unreadableAnswer(answer: OutgoingAnswer, provider: string, now: number): DeliveryError {
  return (
    statusFailure(answer, provider, now) ??
    new DeliveryError('transient', `${provider} answered something else than its documents say`)
  );
}

/** The first code that is not 0, else 0; undefined when there is none at all. */
function codeOf(
  json: CodedAnswer,
  names: readonly string[],
): { readonly name: string; readonly code: number } | undefined {
  const found = names.flatMap((name) => {
    const value = json[name];
    const code = typeof value === 'string' && /^-?\d{1,12}$/u.test(value) ? Number(value) : value;
    return typeof code === 'number' ? [{ name, code }] : [];
  });
  return found.find(({ code }) => code !== 0) ?? found[0];
}
