import type { CacheSettings } from './source-settings.ts';

/** What an answer itself says about how long it is good, in milliseconds. */
export interface AnswerLifetime {
  readonly ttlMs?: number;
  readonly staleMs?: number;
}

/** How long an answer is used, in milliseconds from when it was given. */
export interface Freshness {
  readonly freshMs: number;
  /** It is used until then when a new one takes too long. */
  readonly revalidateMs: number;
  /** It is used until then when no new one can be had. */
  readonly errorMs: number;
}

const [shortestMs, longestMs] = [5_000, 3_600_000];

/**
 * How long an answer is used. What it says about itself counts before the source's settings, within 5 s and 1 h: a
 * source must neither be asked for every alert nor be believed for a day. "Nobody" is believed for a short time only
 * and never used because a new answer is slow, for an alert that finds nobody reaches nobody. Up to a tenth is taken
 * off, so that answers fetched together are not asked for together. `random` is from 0 to 1.
 */
export function freshnessOf(
  lifetime: AnswerLifetime,
  nobody: boolean,
  settings: CacheSettings,
  random: number,
): Freshness {
  const said = lifetime.ttlMs === undefined ? undefined : clamp(lifetime.ttlMs, shortestMs);
  const ttl = nobody
    ? Math.min(said ?? settings.negativeTtlMs, settings.negativeTtlMs)
    : (said ?? settings.ttlMs);
  const freshMs = ttl * (1 - 0.1 * random);
  const stale = lifetime.staleMs === undefined ? settings.staleWhileRevalidateMs : clamp(lifetime.staleMs, 0);
  return {
    freshMs,
    revalidateMs: nobody ? freshMs : freshMs + Math.min(stale, settings.staleIfErrorMs),
    errorMs: freshMs + settings.staleIfErrorMs,
  };
}

/** `max-age` of a `Cache-Control` header, in milliseconds (RFC 9111); 0 when the answer shall not be kept. */
export function maxAgeMs(cacheControl: string | undefined): number | undefined {
  if (cacheControl === undefined) return undefined;
  const directives = cacheControl
    .toLowerCase()
    .split(',')
    .map((directive) => directive.trim());
  if (directives.includes('no-store') || directives.includes('no-cache')) return 0;
  const age = directives.map((directive) => /^max-age="?(\d{1,10})"?$/u.exec(directive)?.[1]).find(Boolean);
  return age === undefined ? undefined : Number(age) * 1000;
}

const clamp = (ms: number, least: number): number => Math.min(Math.max(ms, least), longestMs);

/** How an answer of this age may be used. */
export type AgeState = 'fresh' | 'revalidate' | 'error' | 'gone';

/**
 * How an answer may be used at an age in milliseconds: as it is, when a new one takes too long, only when no new one
 * can be had, or not at all. An age below zero means that the clock was set back: nobody knows how old the answer is.
 */
export function ageState(age: number, { freshMs, revalidateMs, errorMs }: Freshness): AgeState {
  if (age < 0) return 'error';
  if (age < freshMs) return 'fresh';
  if (age < revalidateMs) return 'revalidate';
  return age < errorMs ? 'error' : 'gone';
}
