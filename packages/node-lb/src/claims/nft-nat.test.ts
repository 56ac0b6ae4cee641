import { describe, expect, test } from 'vitest';
import { redirectsOf } from './foreign-redirect.ts';
import { natTables, parseNftNat } from './nft-nat.ts';

const chain = { family: 'ip', table: 't', name: 'pre', type: 'nat', hook: 'prerouting', prio: -100 };
const dport = { payload: { protocol: 'tcp', field: 'dport' } };
const match = (left: unknown, right: unknown, op = '=='): unknown => ({ match: { op, left, right } });
const read = (...expr: readonly unknown[]) =>
  redirectsOf(
    parseNftNat(
      JSON.stringify({ nftables: [{ chain }, { rule: { family: 'ip', table: 't', chain: 'pre', expr } }] }),
    ),
    't',
  );

describe('a listing of nft', () => {
  test.each(['', '[]', '{}', '{"nftables":null}', '{"nftables":[1,null,{"rule":1},{"chain":[]}]}'])(
    'that has nothing: %j',
    (listing) => {
      if (listing === '') expect(() => natTables(listing)).toThrow('not JSON');
      else expect(natTables(listing)).toEqual([]);
    },
  );

  test.each([
    ['no expression', []],
    ['not an expression', ['x', null, 7, {}]],
    ['a match of nothing', [{ match: null }, { dnat: null }]],
    ['a port that is a name', [match(dport, 'http'), { dnat: { addr: '10.0.0.5' } }]],
    ['a set nobody has', [match(dport, '@gone'), { redirect: { port: 80 } }]],
    ['a jump to nowhere', [match(dport, 80), { jump: { target: 'gone' } }]],
    ['an unknown verdict', [match(dport, 80), { 'teleport to': '10.0.0.5' }]],
    ['a map of nothing', [{ dnat: { addr: { map: { key: dport, data: 7 } } } }]],
    ['a row that is too short', [match({ concat: [dport, dport] }, { concat: [80] }), { redirect: null }]],
  ])('with %s is passed over', (_, expr) => {
    expect(read(...expr)).toEqual([]);
  });

  test('with a condition nobody knows counts as if it were met', () => {
    expect(read(match({ moon: 'full' }, true), match(dport, 80), { redirect: null })).toEqual([
      {
        protocol: 'TCP',
        from: 80,
        to: 80,
        family: 'IPv4',
        owner: 'a rule of somebody else (chain pre of t)',
      },
    ]);
  });
});
