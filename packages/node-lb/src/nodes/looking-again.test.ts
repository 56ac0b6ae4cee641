import { expect, test } from 'vitest';
import type { NodeFacts } from './node-facts.ts';
import { NodeWatch, type NodeStandings } from './node-watch.ts';
import { Dice } from './testing/dice.ts';
import { usualRules, wellNode } from './testing/well-node.ts';

const SECONDS = 3000;

/** One who looks at times, and remembers what was found last. */
class Onlooker {
  readonly #watch = new NodeWatch();
  #found: NodeStandings = { nodes: new Map() };

  look(facts: ReadonlyMap<string, NodeFacts>, now: number): void {
    this.#found = this.#watch.observe(facts.values(), usualRules, new Set(), now);
  }

  isDue(now: number): boolean {
    return (this.#found.lookAgainAt ?? Infinity) <= now;
  }

  found(): string[] {
    return Array.from(this.#found.nodes, ([name, { standing, reason }]) => `${name} ${standing} ${reason}`);
  }
}

test.each([1, 2, 3, 4, 5, 6])(
  'who looks at news and when told to look again sees what one sees who looks all the time (%i)',
  (seed) => {
    const dice = new Dice(seed);
    const facts = new Map(['a', 'b', 'c', 'd'].map((name) => [name, wellNode(name, 0)]));
    const silent = new Set<string>();
    const [steady, sparing] = [new Onlooker(), new Onlooker()];
    const differences: string[] = [];
    let looks = 0;
    for (let now = 0; now < SECONDS * 1000; now += 1000) {
      let news = now === 0;
      for (const [name, before] of facts) {
        let { agent, ...after } = before;
        const event = dice.roll(150);
        if (event === 0) after = { ...after, ready: dice.pick(['True', 'False', 'Unknown']) };
        if (event === 1) after = { ...after, networkUnavailable: !after.networkUnavailable };
        if (event === 2) after = { ...after, leaving: !after.leaving };
        if (event === 3) after = { ...after, unschedulable: !after.unschedulable };
        if (event < 8) after = { ...after, ready: 'True', networkUnavailable: false };
        if (event === 9) silent.add(name);
        if (event > 140) silent.delete(name);
        if (!silent.has(name) && now - (agent?.seenAt ?? 0) >= 5000)
          agent = { seenAt: now, proxy: 'iptables' };
        const changed = { ...after, agent };
        if (JSON.stringify(changed) === JSON.stringify({ ...before, agent: before.agent })) continue;
        facts.set(name, changed);
        news = true;
      }
      steady.look(facts, now);
      if (news || sparing.isDue(now)) {
        sparing.look(facts, now);
        looks += 1;
      }
      const [missed, seen] = [sparing.found().join(), steady.found().join()];
      if (missed !== seen) differences.push(`${now}: ${missed} for ${seen}`);
    }
    expect(differences).toEqual([]);
    expect(looks).toBeLessThan(SECONDS);
  },
);
