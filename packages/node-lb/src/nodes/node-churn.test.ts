import { expect, test } from 'vitest';
import { Dice } from './testing/dice.ts';
import { usualRules } from './testing/well-node.ts';
import { WatchedCluster, type Differences } from './testing/watched-cluster.ts';

const NODES = Array.from({ length: 7 }, (_, n) => `n${n}`);
const SECONDS = 5000;

/** What a node looks like from some time on. */
interface Spell {
  readonly unwell: boolean;
  readonly from: number;
}

/** Nodes fall ill and recover at random, each on its own, for a while. */
class Ward {
  readonly cluster = new WatchedCluster(...NODES);
  readonly spells = new Map<string, Spell>();
  readonly #dice: Dice;

  constructor(seed: number) {
    this.#dice = new Dice(seed);
    this.cluster.after(0);
    for (const name of NODES) this.spells.set(name, { unwell: false, from: -Infinity });
  }

  /** A second passes. */
  tick(): Record<string, string> {
    for (const [name, { unwell }] of this.spells) {
      if (this.#dice.roll(unwell ? 15 : 60) > 0) continue;
      this.cluster.set(name, unwell ? {} : this.#ailment());
      this.spells.set(name, { unwell: !unwell, from: this.cluster.now + 1000 });
    }
    return this.cluster.after(1000);
  }

  #ailment(): Differences {
    return this.#dice.pick<Differences>([
      { ready: 'False' },
      { ready: 'Unknown' },
      { networkUnavailable: true },
      { agent: undefined },
      { ready: 'False', networkUnavailable: true },
    ]);
  }
}

test.each([1, 2, 3, 4, 5, 6])('whatever happens, no node is given up or used too soon (%i)', (seed) => {
  const ward = new Ward(seed);
  const broken: string[] = [];
  const seen = new Set<string>();
  let before: Record<string, string> = {};
  for (let second = 0; second < SECONDS; second += 1) {
    const after = ward.tick();
    for (const [name, { unwell, from }] of ward.spells) {
      const lasted = ward.cluster.now - from;
      const was = before[name] ?? '';
      const is = after[name] ?? '';
      seen.add(is);
      if (is.startsWith('lost') && !unwell) broken.push(`${name} is lost and well`);
      if (is.startsWith('lost') && was.startsWith('hold') && lasted < usualRules.agentGraceMs) {
        broken.push(`${name} is given up after ${lasted}`);
      }
      if (is === 'use' && (unwell || lasted < usualRules.returnGraceMs))
        broken.push(`${name} is used too soon`);
      if (is !== 'use' && !unwell && lasted >= usualRules.returnGraceMs) broken.push(`${name} is not used`);
    }
    const held = Object.values(after).filter((standing) => standing === 'hold MassFailure').length;
    const newlyLost = NODES.filter(
      (name) => after[name]?.startsWith('lost') && before[name]?.startsWith('hold'),
    );
    if (held > 0 && newlyLost.length > 0) broken.push(`${newlyLost.join()} given up in a mass failure`);
    before = after;
  }
  expect(broken).toEqual([]);
  // All of it did happen.
  for (const standing of ['use', 'hold NotReady', 'lost NotReady', 'keep Returning', 'hold MassFailure']) {
    expect(seen).toContain(standing);
  }
});
