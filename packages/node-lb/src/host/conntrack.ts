import { systemClock, type Clock } from '@armillary/kube';
import { NodeLbError } from '../errors.ts';
import { families, type Family } from '../address/protocol.ts';
import type { NodePlan } from '../plan/node-plan.ts';
import type { Link } from '../plan/link.ts';
import type { StreamingCommands } from './commands.ts';
import { parseEntry } from './conntrack-entry.ts';
import type { ConntrackEntry } from './conntrack-entry.ts';
import { failedProgram } from './program-failure.ts';
import { flowsOfDifference, strayFlows } from './conntrack-flows.ts';
import type { Flows } from './conntrack-flows.ts';
import type { Side } from './link-needs.ts';

const sides = ['host', 'inner'] as const;
/** How many programs delete at the same time. */
const parallel = 4;
/** How long a listing may take, in milliseconds; a million connections take some seconds. */
const listTimeoutMs = 30_000;

/**
 * The connections that the kernel tracks on a node and in its bounce namespace. It goes on translating those it has,
 * whatever became of the rules; so they are forgotten where the rules changed.
 */
export class Conntrack {
  readonly #link: Link;
  readonly #sides: Readonly<Record<Side, StreamingCommands>>;
  readonly #clock: Clock;

  /** `commands` run in the node's network. */
  constructor(link: Link, commands: StreamingCommands, clock: Clock = systemClock) {
    this.#link = link;
    this.#clock = clock;
    this.#sides = { host: commands, inner: commands.inside(link.namespace) };
  }

  /**
   * Forgets what the rules of `before` made and those of `after` would not, after the latter were installed. Pass
   * undefined for `before` when it is not known, and after a time without rules: then all connections are looked at.
   *
   * @throws {NodeLbError} `ProgramMissing` without conntrack, `ProgramFailed`, `NotPermitted`.
   */
  async forget(before: NodePlan | undefined, after: NodePlan, signal: AbortSignal): Promise<void> {
    const difference = before && flowsOfDifference(before, after, this.#link);
    for (const side of sides) {
      for (const family of families) {
        const flows = difference
          ? await this.#thatExist(side, family, difference, signal)
          : await this.#strays(side, family, after, signal);
        await this.#delete(flows, signal);
      }
    }
  }

  /**
   * Of these, the ones that have any connection. To delete one kind, `conntrack` goes through all connections (measured:
   * 0.1 s for 50,000), so of several kinds those are found out in one pass that are there at all.
   */
  async #thatExist(side: Side, family: Family, all: readonly Flows[], signal: AbortSignal): Promise<Flows[]> {
    const flows = all.filter((flow) => flow.side === side && flow.family === family);
    if (flows.length <= 1) return flows;
    const byPort = Map.groupBy(flows, keyOf);
    const found = new Set<Flows>();
    for await (const entry of this.#entries(side, family, signal)) {
      for (const flow of byPort.get(keyOf(entry)) ?? []) {
        if (!found.has(flow) && isOf(entry, flow)) found.add(flow);
      }
    }
    return [...found];
  }

  async #strays(side: Side, family: Family, plan: NodePlan, signal: AbortSignal): Promise<Flows[]> {
    const strayOf = strayFlows(plan, this.#link, side, family);
    const found = new Map<string, Flows>();
    for await (const entry of this.#entries(side, family, signal)) {
      const stray = strayOf(entry);
      if (stray) found.set(JSON.stringify(stray), stray);
    }
    return [...found.values()];
  }

  async *#entries(side: Side, family: Family, signal: AbortSignal): AsyncIterable<ConntrackEntry> {
    const args = ['-L', '-f', family.toLowerCase()];
    const late = new AbortController();
    const stopWaiting = this.#clock.setTimeout(
      () => late.abort(failedProgram('conntrack', args, `did not end within ${listTimeoutMs / 1000} s`, '')),
      listTimeoutMs,
    );
    const either = AbortSignal.any([signal, late.signal]);
    try {
      for await (const line of this.#sides[side].follow('conntrack', args, either)) {
        const entry = parseEntry(line);
        if (entry) yield entry;
      }
      // An aborted listing is not a whole one.
      either.throwIfAborted();
    } finally {
      stopWaiting();
    }
  }

  async #delete(flows: readonly Flows[], signal: AbortSignal): Promise<void> {
    const left = flows.values();
    const worker = async (): Promise<void> => {
      for (const flow of left) await this.#deleteOne(flow, signal);
    };
    await Promise.all(Array.from({ length: Math.min(parallel, flows.length) }, worker));
  }

  async #deleteOne(flow: Flows, signal: AbortSignal): Promise<void> {
    const { side, family, protocol, destination, port, source, replySource } = flow;
    const args = ['-D', '-f', family.toLowerCase(), '-p', protocol.toLowerCase()];
    args.push('--orig-dst', destination, '--orig-port-dst', String(port));
    if (source !== undefined) args.push('--orig-src', source);
    if (replySource !== undefined) args.push('--reply-src', replySource);
    // It ends with 1 when it found nothing to delete, which is well.
    const { code, stderr } = await this.#sides[side].run('conntrack', args, { signal, acceptable: [1] });
    if (code === 0 || stderr.includes('flow entries have been deleted')) return;
    throw new NodeLbError('ProgramFailed', `conntrack ${args.join(' ')}: ${stderr.trim().slice(0, 500)}`);
  }
}

function keyOf({ protocol, destination, port }: Pick<Flows, 'protocol' | 'destination' | 'port'>): string {
  return `${protocol} ${destination} ${port}`;
}

function isOf(entry: ConntrackEntry, { source, replySource }: Flows): boolean {
  return (
    (source === undefined || source === entry.source) &&
    (replySource === undefined || replySource === entry.replySource)
  );
}
