import { Counter, Gauge, type Registry } from 'prom-client';
import type { Standing } from '../nodes/node-standing.ts';
import type { ClusterView } from './cluster-view.ts';

const standings: readonly Standing[] = ['use', 'keep', 'hold', 'leave', 'lost'];

/** The metrics of allocation, all named `armillary_node_lb_…`. */
export class ControllerMetrics {
  readonly #conflicts: Counter<'reason'>;
  readonly #moves: Counter<'reason'>;

  constructor(registry: Registry, view: ClusterView) {
    const registers = [registry];
    const name = (text: string): string => `armillary_node_lb_${text}`;
    this.#conflicts = new Counter({
      name: name('conflicts_total'),
      help: 'Ports that turned out to be taken: claimed by another Service meanwhile, or refused by a node, by reason.',
      labelNames: ['reason'],
      registers,
    });
    this.#moves = new Counter({
      name: name('moves_total'),
      help: 'Nodes that Services left for others, by reason.',
      labelNames: ['reason'],
      registers,
    });
    registerGauges(registry, view, name);
  }

  conflict(reason: string): void {
    this.#conflicts.inc({ reason });
  }

  moved(reason: string): void {
    this.#moves.inc({ reason });
  }
}

/** What is read when it is asked for. */
function registerGauges(registry: Registry, view: ClusterView, name: (text: string) => string): void {
  const claims = new Gauge({
    name: name('claims'),
    help: 'Ports that are given to Services, by node.',
    labelNames: ['node'] as const,
    registers: [],
    collect() {
      this.reset();
      for (const node of view.ledger.nodes()) this.set({ node }, view.ledger.countOn(node));
    },
  });
  const waiting = new Gauge({
    name: name('waiting_services'),
    help: 'Services that are on fewer nodes than they ask for.',
    registers: [],
    collect() {
      this.set(view.waiting.short);
    },
  });
  const nodes = new Gauge({
    name: name('nodes'),
    help: 'Nodes by what may be done with them: use, keep, hold, leave, lost.',
    labelNames: ['standing'] as const,
    registers: [],
    collect() {
      const found = [...view.nodes.conditions.values()].map(({ standing }) => standing.standing);
      for (const standing of standings) {
        this.set({ standing }, found.filter((each) => each === standing).length);
      }
    },
  });
  const held = new Gauge({
    name: name('held'),
    help: '1 while so many nodes look unwell at once that nothing moves for it.',
    registers: [],
    collect() {
      this.set(view.nodes.standings.massFailure ? 1 : 0);
    },
  });
  for (const gauge of [claims, waiting, nodes, held]) registry.registerMetric(gauge);
}
