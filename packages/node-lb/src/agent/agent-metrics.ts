import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { ConntrackFill } from './conntrack-fill.ts';

const name = (text: string): string => `armillary_node_lb_agent_${text}`;

/** The agent's metrics, all named `armillary_node_lb_agent_…`, in the registry it is given. */
export class AgentMetrics {
  readonly registry: Registry;
  readonly #ports: Gauge<'state'>;
  readonly #syncSeconds: Histogram;
  readonly #repairs: Counter;
  readonly #leaks: Counter<'protocol'>;
  readonly #probeSeconds: Histogram<'reachable'>;

  constructor(registry: Registry, conntrackFill: () => Promise<ConntrackFill | undefined>) {
    this.registry = registry;
    const registers = [registry];
    this.#ports = new Gauge({
      name: name('ports'),
      help: 'Ports: wanted by claims that can be served, installed as rules, held by sockets.',
      labelNames: ['state'],
      registers,
    });
    this.#syncSeconds = new Histogram({
      name: name('sync_seconds'),
      help: 'How long a run took that brings the node to its plan.',
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30],
      registers,
    });
    this.#repairs = new Counter({
      name: name('repairs_total'),
      help: 'Times that rules which somebody had removed or changed were put back.',
      registers,
    });
    this.#leaks = new Counter({
      name: name('leaks_total'),
      help: 'Times that something reached a held port instead of being redirected.',
      labelNames: ['protocol'],
      registers,
    });
    this.#probeSeconds = new Histogram({
      name: name('probe_seconds'),
      help: 'How long a probe took, by what it found.',
      labelNames: ['reachable'],
      buckets: [0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5],
      registers,
    });
    registerConntrack(registers, conntrackFill);
  }

  /** Begins to measure a run; call what it answers at the end. */
  startSync(): () => void {
    return this.#syncSeconds.startTimer();
  }

  wanted(ports: number): void {
    this.#ports.set({ state: 'wanted' }, ports);
  }

  counted(ports: { installed: number; held: number }): void {
    this.#ports.set({ state: 'installed' }, ports.installed);
    this.#ports.set({ state: 'held' }, ports.held);
  }

  repaired(): void {
    this.#repairs.inc();
  }

  leaked(protocol: string): void {
    this.#leaks.inc({ protocol });
  }

  /** A probe that took so many seconds, and the status of the condition Reachable that it speaks for. */
  probed(seconds: number, status: string): void {
    this.#probeSeconds.observe({ reachable: status }, seconds);
  }
}

function registerConntrack(registers: Registry[], fill: () => Promise<ConntrackFill | undefined>): void {
  const state = new Gauge({
    name: name('conntrack_entries'),
    help: "Connections that the node's kernel tracks (count), and how many it can (max).",
    labelNames: ['state'],
    registers,
    async collect() {
      const found = await fill();
      if (!found) return;
      state.set({ state: 'count' }, found.count);
      state.set({ state: 'max' }, found.max);
    },
  });
}
