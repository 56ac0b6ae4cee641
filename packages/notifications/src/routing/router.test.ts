import { describe, expect, test } from 'vitest';
import type { RouterSpec } from '../kinds/router.ts';
import { compileRouter } from './router.ts';
import { globalLabels, hook, mailTo, named, receiver, tenantLabels, worldOf } from './testing/objects.ts';

const { receivers } = worldOf({
  receivers: [
    receiver(
      'ann',
      { ...tenantLabels('ann'), team: 'shop' },
      { ...mailTo('ann'), ...hook('https://example.com/a') },
    ),
    receiver('bob', tenantLabels('bob'), mailTo('bob')),
    receiver('ops', { ...globalLabels, team: 'shop' }, mailTo('ops')),
    receiver('ops-night', globalLabels, hook('https://example.com/n')),
  ],
});
const given = (spec: RouterSpec['receivers']): string[] =>
  compileRouter('r', { alertSelector: {}, receivers: spec }, receivers).receivers.map(
    ({ name, type }) => `${type} ${name}`,
  );

describe('a router gives', () => {
  test.each<[RouterSpec['receivers'], string[]]>([
    [{}, []],
    [{ name: ['bob', 'nobody'] }, ['email bob']],
    [{ name: ['ann'] }, ['email ann', 'webhook ann']],
    [{ name: ['ann'], type: 'webhook' }, ['webhook ann']],
    [{ regexName: 'ops' }, ['email ops', 'webhook ops-night']],
    [{ regexName: '^ops$' }, ['email ops']],
    [{ regexName: '' }, []],
    [{ selector: { matchLabels: { team: 'shop' } } }, ['email ann', 'webhook ann', 'email ops']],
    [{ selector: { matchLabels: { team: 'shop' } }, type: 'email' }, ['email ann', 'email ops']],
    [{ name: ['bob'], regexName: 'night' }, ['email bob', 'webhook ops-night']],
    [{ channels: [{ tenant: 'ann' }] }, ['email ann', 'webhook ann']],
    [{ channels: [{ tenant: 'ann', type: ['webhook', 'slack'] }] }, ['webhook ann']],
    [
      {
        channels: [
          { tenant: 'ann', type: ['webhook'] },
          { tenant: 'ann', type: ['email'] },
        ],
      },
      ['email ann', 'webhook ann'],
    ],
    [{ channels: [{ tenant: 'ann' }], name: ['bob', 'ann'], type: 'sms' }, ['email ann', 'webhook ann']],
  ])('by %j: %j', (spec, expected) => {
    expect(given(spec)).toEqual(expected);
  });

  test('receivers of sources by the same rules', () => {
    const { gives } = compileRouter('r', { alertSelector: {}, receivers: { regexName: 'call' } }, []);
    expect(gives(named('on-call', { to: ['x@example.com'] }))).toBe(true);
    expect(gives(named('others', { to: ['x@example.com'] }))).toBe(false);
  });
});

test('an expression that nests repetitions is searched in linear time', () => {
  const { gives } = compileRouter('r', { alertSelector: {}, receivers: { regexName: '(a+)+$' } }, []);
  expect(gives(named(`${'a'.repeat(5000)}!`, { to: ['x@example.com'] }))).toBe(false);
});
