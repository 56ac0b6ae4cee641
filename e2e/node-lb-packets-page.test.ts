/** docs/node-load-balancer-packets.md shows the rules that are written. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
// oxlint-disable no-restricted-imports -- rules are nobody's business outside of the package but this page's
import { defaultLink } from '../packages/node-lb/src/plan/link.ts';
import { families } from '../packages/node-lb/src/rules/families.ts';
import { wantedSets } from '../packages/node-lb/src/rules/iptables/ip-sets.ts';
import { tableScripts } from '../packages/node-lb/src/rules/iptables/table-changes.ts';
import { wantedTables } from '../packages/node-lb/src/rules/iptables/wanted-tables.ts';
import { hostTable } from '../packages/node-lb/src/rules/nft/host-table.ts';
import { innerTable } from '../packages/node-lb/src/rules/nft/inner-table.ts';
import { ruleNames } from '../packages/node-lb/src/rules/owner.ts';
import { clusterPort, localPort, planOf } from '../packages/node-lb/src/rules/testing/plans.ts';
// oxlint-enable no-restricted-imports

const page = readFileSync(new URL('../docs/node-load-balancer-packets.md', import.meta.url), 'utf8');
const blocks = [...page.matchAll(/^```text\n(.*?)^```/gms)].map(([, text = '']) => text);
const [words] = families;
const names = ruleNames('armillary');
const limited = { ...clusterPort(80), sourceRanges: { IPv4: ['10.0.0.0/8'], IPv6: undefined } };
const plan = planOf(limited, localPort(443));

/** The lines of rules, without what the page leaves out: counters, comments, and the ways of quoting. */
function bare(text: string): string[] {
  return text
    .replaceAll(/ (-m comment --comment armillary-v1|comment "armillary-v1"|counter)|"/g, '')
    .split('\n')
    .map((line) => line.trim().replace(/^-I (\w+) 1 /, '-A $1 '));
}

test('the rules of iptables', () => {
  const wanted = wantedTables(plan, words, 'all', names, defaultLink);
  const { limiting, making } = tableScripts(wanted, new Map());
  const shown = bare(blocks[0] ?? '').filter((line) => line.startsWith('-A '));
  expect(shown).toHaveLength(12);
  expect(bare(limiting + making)).toEqual(expect.arrayContaining(shown));
});

test('the sets', () => {
  const sets = wantedSets(plan, words, names, 'all').map(([name, { header }]) => [
    name,
    header.split(' ')[0],
  ]);
  const rows = [...page.matchAll(/^\| `(armillary-[\w-]+)` +\| `([\w:,]+)`/gm)].map(([, name, type]) => [
    name,
    type,
  ]);
  expect(rows).toEqual(sets);
});

test('the table of the namespace', () => {
  const rules = [...innerTable(plan, defaultLink).chains.values()].flatMap((chain) => chain.rules);
  const shown = bare(blocks[1] ?? '').filter(
    (line) => line.startsWith('iifname') || line.startsWith('oifname'),
  );
  expect(shown).toHaveLength(2);
  expect(rules.flatMap(({ text }) => bare(text))).toEqual(expect.arrayContaining(shown));
});

test('the hooks in nftables', () => {
  const hooksOf = (...ports: Parameters<typeof planOf>): number[] =>
    [...hostTable(planOf(...ports), defaultLink).chains.values()].flatMap(({ hook }) => hook?.priority ?? []);
  expect(page).toContain(
    '-300 (source ranges, if any port has them), -110 (prerouting and output), 0 (forward) and 90 (postrouting)',
  );
  expect(hooksOf(limited)).toEqual([-300, -110, -110, 0, 90]);
  expect(hooksOf(clusterPort(80))).toEqual([-110, -110, 0, 90]);
});
