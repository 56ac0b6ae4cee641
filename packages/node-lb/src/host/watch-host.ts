import { watch } from 'node:fs/promises';
import { Backoff, delay } from '@armillary/kube';
import type { Clock, Logger } from '@armillary/kube';
import type { Link } from '../plan/link.ts';
import { hostEvents } from './host-events.ts';
import type { StreamingCommands } from './commands.ts';
import { watchLegacy } from './legacy-poll.ts';
import { destroyedInNft, isLoss } from './nft-events.ts';

/** What a watch of the node takes. */
export interface WatchHostOptions {
  /** Run in the node's network. */
  readonly commands: StreamingCommands;
  readonly link: Link;
  /** The prefix of our rules. */
  readonly prefix: string;
  /** Whether any rule of ours is in iptables-legacy now, which tells of nothing by itself. */
  readonly isLegacy: () => boolean;
  /** Something may be another than it was: rules, the link, addresses, forwarding. Called as often as that happens. */
  readonly onChange: () => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

const ipEvents = ['-o', 'monitor', 'link', 'address', 'netconf'];

/**
 * Tells of what happens to the data plane as it happens, until the signal aborts; it never rejects. Our own changes may
 * be told of, too: whoever then looks finds nothing to mend, and that is the end of it. Programs that end are started
 * again, and what they may have missed counts as a change.
 */
export async function watchHost(options: WatchHostOptions, signal: AbortSignal): Promise<void> {
  const { commands, link, prefix, onChange, logger } = options;
  let inner = new AbortController();
  const events = (): ((line: string) => void) => {
    const eventOf = hostEvents(link);
    return (line) => {
      const event = eventOf(line);
      if (event === 'new link') inner.abort();
      if (event) onChange();
    };
  };
  const rules = (line: string): void => {
    if (isLoss(line, prefix)) onChange();
  };
  const names = (name: string): void => {
    if (name === link.namespace) onChange();
  };
  const watchInner = async (): Promise<void> => {
    // As long as the namespace is not there, that is nothing to warn of.
    const inside = {
      ...options,
      commands: commands.inside(link.namespace),
      failed: (error: unknown) => logger.debug({ err: error }, 'the bounce namespace cannot be watched'),
    };
    while (!signal.aborted) {
      inner = new AbortController();
      const both = AbortSignal.any([signal, inner.signal]);
      await Promise.all([
        keepFollowing(
          inside,
          () => destroyedInNft(inside.commands, prefix, both),
          () => rules,
          both,
        ),
        keepFollowing(
          inside,
          () => inside.commands.follow('ip', [...ipEvents, 'route'], both),
          () => onChange,
          both,
        ),
      ]);
    }
  };
  const outside = {
    ...options,
    failed: (error: unknown) => logger.warn({ err: error }, 'the node cannot be watched; it is tried again'),
  };
  await Promise.all([
    keepFollowing(
      outside,
      () => destroyedInNft(commands, prefix, signal),
      () => rules,
      signal,
    ),
    keepFollowing(outside, () => commands.follow('ip', ipEvents, signal), events, signal),
    keepFollowing(
      outside,
      () => namespaceNames(signal),
      () => names,
      signal,
    ),
    watchLegacy(options, signal),
    watchInner(),
  ]);
}

/** Follows events and starts again when they end, with a reader of its own for each run. */
async function keepFollowing(
  { clock, onChange, failed }: WatchHostOptions & { failed: (error: unknown) => void },
  events: () => AsyncIterable<string>,
  reader: () => (line: string) => void,
  signal: AbortSignal,
): Promise<void> {
  const backoff = new Backoff({ baseMs: 500, capMs: 30_000, resetAfterMs: 60_000, clock });
  for (let isFirst = true; !signal.aborted; isFirst = false) {
    if (!isFirst) onChange();
    try {
      const read = reader();
      for await (const line of events()) read(line);
    } catch (error) {
      if (!signal.aborted) failed(error);
    }
    await delay(clock, backoff.next(), signal);
  }
}

/** The names of namespaces that come and go; one whose name was taken away lives on as long as anybody is in it. */
async function* namespaceNames(signal: AbortSignal): AsyncIterable<string> {
  for await (const { filename } of watch('/run/netns', { signal })) if (filename) yield filename;
}
