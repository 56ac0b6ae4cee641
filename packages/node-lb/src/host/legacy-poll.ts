import { delay } from '@armillary/kube';
import type { WatchHostOptions } from './watch-host.ts';

/** Between two looks, in milliseconds. */
const intervalMs = 900;
const programs = ['iptables-legacy-save', 'ip6tables-legacy-save'] as const;

/**
 * Looks again and again whether our rules in iptables-legacy are still there, for the kernel tells nobody of changes
 * there; until the signal aborts.
 */
export async function watchLegacy(options: WatchHostOptions, signal: AbortSignal): Promise<void> {
  const { clock, isLegacy, logger, onChange } = options;
  let before: string | undefined;
  let isFailing = false;
  while (!signal.aborted) {
    try {
      const now = isLegacy() ? await ownRules(options, signal) : undefined;
      if (before !== undefined && now !== undefined && now !== before) onChange();
      before = now;
      isFailing = false;
    } catch (error) {
      // Once: it is tried again more than once a second.
      if (!signal.aborted && !isFailing)
        logger.warn({ err: error }, 'the rules of iptables-legacy cannot be read; it is tried again');
      isFailing = true;
    }
    await delay(clock, intervalMs, signal);
  }
}

/** Our chains, rules and jumps, with nothing that counts packets. */
async function ownRules({ commands, prefix }: WatchHostOptions, signal: AbortSignal): Promise<string> {
  const mark = `${prefix.toUpperCase()}-`;
  const saved = await Promise.all(programs.map((program) => commands.run(program, [], { signal })));
  const lines = saved.flatMap(({ stdout }) => stdout.split('\n').filter((line) => line.includes(mark)));
  return lines.map((line) => line.replace(/ \[\d+:\d+\]$/, '')).join('\n');
}
