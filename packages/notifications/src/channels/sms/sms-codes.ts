import type { CodeMeaning } from '../coded-answer.ts';
import { DeliveryError } from '../../delivery-error.ts';
import type { DeliveryErrorDetails } from '../../delivery-error.ts';
import { providerWords } from '../http-outcome.ts';

/**
 * What the codes of a provider mean; one that ends with `*` stands for all that begin like it. The first that fits
 * counts; what is not there is tried again.
 */
export type SmsCodes = readonly (readonly [code: string, meaning: CodeMeaning])[];

/** The error for a code that is not success. */
export function smsFailure(provider: string, codes: SmsCodes, code: string, words: unknown): DeliveryError {
  const fits = ([known]: SmsCodes[number]): boolean =>
    known.endsWith('*') ? code.startsWith(known.slice(0, -1)) : code === known;
  const { fault, advice, retryAfterMs }: CodeMeaning = codes.find(fits)?.[1] ?? { fault: 'transient' };
  const details: DeliveryErrorDetails = { code: providerWords(code) };
  if (retryAfterMs !== undefined) details.retryAfterMs = retryAfterMs;
  const reason = `${provider} refused: ${providerWords(words)} (${providerWords(code)})`;
  return new DeliveryError(fault, advice === undefined ? reason : `${reason}: ${advice}`, details);
}

/** The waits of limits per second, minute, hour and day. */
export const waits = { second: 1000, minute: 60_000, hour: 3_600_000, day: 86_400_000 } as const;
