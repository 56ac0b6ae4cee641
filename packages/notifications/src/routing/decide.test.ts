import { describe, expect, test } from 'vitest';
import { decide } from './decide.ts';
import {
  alert,
  answer,
  config,
  decideNow,
  globalLabels,
  hook,
  mailTo,
  manager,
  named,
  noon,
  receiver,
  router,
  silence,
  smtp,
  tenantLabels,
  told,
  worldOf,
} from './testing/objects.ts';

const ops = receiver('ops', globalLabels, mailTo('ops'));
const shop = receiver('shop-team', tenantLabels('shop'), mailTo('shop'));
const ann = receiver('ann', tenantLabels('ann'), mailTo('ann'));
const everything = { alertSelector: {}, receivers: { name: ['ann'] } };

describe('without a source', () => {
  const world = worldOf({ receivers: [ops, shop, ann] });

  test('the namespace is the tenant, and global receivers are told of everything', () => {
    expect(told(decideNow(world))).toEqual(['ops: ops@example.com', 'shop-team: shop@example.com']);
    expect(told(decideNow(world, { namespace: 'ann' }))).toEqual([
      'ops: ops@example.com',
      'ann: ann@example.com',
    ]);
  });

  test('only global receivers are told of an alert that concerns no tenant', () => {
    for (const labels of [{ namespace: '' }, { rule_level: 'cluster' }]) {
      expect(told(decideNow(world, labels))).toEqual(['ops: ops@example.com']);
    }
  });

  test('before there is any object, nobody is told and nothing fails', () => {
    expect(decideNow(worldOf({ configs: [] }))).toMatchObject({ targets: [], tenantsHeld: false });
  });

  test('the namespace `constructor` is no tenant by accident', () => {
    expect(told(decideNow(world, { namespace: 'constructor' }))).toEqual(['ops: ops@example.com']);
  });
});

describe('with sources', () => {
  const world = worldOf({ receivers: [ops, shop, ann] });

  test("those they name are told beside the namespace's own", () => {
    const given = answer({ receivers: [named('on-call', { to: ['call@example.com'] })] });
    expect(told(decideNow(world, {}, [given]))).toEqual([
      'ops: ops@example.com',
      'shop-team: shop@example.com',
      'on-call: call@example.com',
    ]);
  });

  test("the tenant sidecar takes the namespace's place: its tenants are told, and the namespace is none", () => {
    const sidecar = answer({ source: 'sidecar/tenant', tenants: ['ann', 'unknown'] });
    expect(told(decideNow(world, {}, [sidecar]))).toEqual(['ops: ops@example.com', 'ann: ann@example.com']);
  });

  test('when the tenant sidecar fails, global receivers are told', () => {
    const failed = answer({
      source: 'sidecar/tenant',
      cache: 'none',
      failure: { code: 'timeout', message: 'no answer' },
    });
    expect(told(decideNow(world, {}, [failed]))).toEqual(['ops: ops@example.com']);
  });

  test('their tenants and receivers count together, each address once', () => {
    const given = answer({
      tenants: ['ann'],
      receivers: [named('copy', { to: ['ANN@example.com', 'b@example.com'] })],
    });
    const decision = decideNow(world, {}, [given]);
    expect(told(decision)).toEqual([
      'ops: ops@example.com',
      'shop-team: shop@example.com',
      'ann: ann@example.com',
      'copy: b@example.com',
    ]);
    expect(decision.steps).toContainEqual({
      step: 'skipped',
      receiver: { type: 'email', name: 'copy', source: 'hr' },
      address: 'ANN@example.com',
      reason: 'email ann is told there already',
    });
  });

  test('what the merge policy leaves out is said', () => {
    const given = answer({
      mergePolicy: 'Override',
      receivers: [named('on-call', { to: ['call@example.com'] })],
    });
    const decision = decideNow(world, {}, [given]);
    expect(told(decision)).toEqual(['ops: ops@example.com', 'on-call: call@example.com']);
    expect(decision.steps).toContainEqual({
      step: 'skipped',
      receiver: { type: 'email', name: 'shop-team', tenant: 'shop' },
      reason: 'source hr named others instead (mergePolicy Override)',
    });
  });

  test('a router may pick by labels from those they name', () => {
    const picks = router('night', {
      alertSelector: {},
      receivers: { selector: { matchLabels: { shift: 'night' } } },
    });
    const routed = worldOf({
      manager: manager({ routePolicy: 'RouterOnly' }),
      receivers: [ops],
      routers: [picks],
    });
    const given = answer({
      receivers: [
        named('night', { to: ['night@example.com'] }, { shift: 'night' }),
        named('day', { to: ['day@example.com'] }, { shift: 'day' }),
      ],
    });
    expect(told(decideNow(routed, {}, [given]))).toEqual(['night: night@example.com']);
  });

  test('silences and selectors apply to those they name', () => {
    const quiet = worldOf({ silences: [silence('ann-away', tenantLabels('ann'), { matcher: {} })] });
    const picky = { to: ['x@example.com'], alertSelector: { matchLabels: { severity: 'critical' } } };
    const given = answer({
      receivers: [
        named('of-ann', { to: ['a@example.com'] }, { user: 'ann' }),
        named('picky', picky),
        named('off', { ...picky, enabled: false } as { to: string[] }),
      ],
    });
    const decision = decideNow(quiet, {}, [given]);
    expect(decision.targets).toEqual([]);
    expect(decision.steps.flatMap((step) => (step.step === 'skipped' ? step.reason : []))).toEqual([
      'silence ann-away of tenant ann covers the alert',
      'its alertSelector does not fit: label severity is absent, not critical',
      'it is turned off (enabled: false)',
    ]);
  });

  test('a receiver of a source with a selector that is wrong stops nobody else', () => {
    const bad = { to: ['x@example.com'], alertSelector: { matchLabels: { alertname: 'two words' } } };
    const given = answer({ receivers: [named('bad', bad), named('good', { to: ['good@example.com'] })] });
    expect(told(decideNow(world, {}, [given]))).toContain('good: good@example.com');
  });

  test('a channel that fails over a receiver stops nobody else', () => {
    const breaking = worldOf(
      { receivers: [ops, ann] },
      {
        needsConfig: () => false,
        destinations: ({ name, spec }) => {
          if (name === 'ann') throw new Error('no such thing');
          return [{ address: name, shown: name, spec }];
        },
      },
    );
    const decision = decideNow(breaking, { namespace: 'ann' });
    expect(told(decision)).toEqual(['ops: ops']);
    expect(decision.steps.at(-1)).toMatchObject({ reason: 'its addresses cannot be used: no such thing' });
  });
});

describe('a source that fails closed and is not there', () => {
  const down = answer({
    cache: 'none',
    failure: { code: 'refused', message: 'connection refused' },
    onError: 'FailClosed',
  });
  const back = answer({ receivers: [named('on-call', { to: ['call@example.com', 'ops@example.com'] })] });
  const world = worldOf({ receivers: [ops, shop, ann], routers: [router('always-ann', everything)] });

  test('lets global receivers and routers through at once, and tenants once it answers', () => {
    const first = decideNow(world, {}, [down]);
    expect(told(first)).toEqual(['ann: ann@example.com', 'ops: ops@example.com']);
    expect(first.tenantsHeld).toBe(true);

    const second = decide(alert(), world, [back], noon, 'tenants');
    expect(told(second)).toEqual(['shop-team: shop@example.com', 'on-call: call@example.com']);
    expect(second.tenantsHeld).toBe(false);
  });

  test('together they are told what one decision would have told, and nobody twice', () => {
    const all = told(decideNow(world, {}, [back]));
    const parts = [
      ...told(decideNow(world, {}, [down])),
      ...told(decide(alert(), world, [back], noon, 'tenants')),
    ];
    expect(parts.toSorted()).toEqual(all.toSorted());
  });

  test('who was told by a router at once is not called left out later', () => {
    const override = { ...back, mergePolicy: 'Override' as const };
    const own = worldOf({
      receivers: [shop],
      routers: [router('r', { alertSelector: {}, receivers: { regexName: 'shop' } })],
    });
    const { steps } = decide(alert(), own, [override], noon, 'tenants');
    expect(steps.filter(({ step }) => step === 'skipped')).toEqual([]);
  });

  test('goes on holding tenants while it is not there', () => {
    expect(decide(alert(), world, [down], noon, 'tenants')).toMatchObject({ targets: [], tenantsHeld: true });
  });

  test('holds nobody when it has something to go by, or is not one that fails closed', () => {
    for (const one of [
      { ...down, cache: 'stale' as const },
      { ...down, onError: 'Fallback' as const },
    ]) {
      expect(decideNow(world, {}, [one]).tenantsHeld).toBe(false);
    }
  });

  test('one source that fails closed holds those of others too', () => {
    const other = answer({
      source: 'other',
      receivers: [{ ...named('x', { to: ['x@example.com'] }), origin: { kind: 'source', source: 'other' } }],
    });
    expect(told(decideNow(world, {}, [down, other]))).toEqual([
      'ann: ann@example.com',
      'ops: ops@example.com',
    ]);
  });
});

describe('routers and the route policy', () => {
  const critical = { ...everything, alertSelector: { matchLabels: { severity: 'critical' } } };
  const world = (routePolicy: string) =>
    worldOf({
      manager: manager({ routePolicy }),
      receivers: [ops, shop, ann],
      routers: [router('to-ann', critical)],
    });

  test.each([
    ['All', { severity: 'critical' }, ['ann', 'ops', 'shop-team']],
    ['All', {}, ['ops', 'shop-team']],
    ['RouterFirst', { severity: 'critical' }, ['ann']],
    ['RouterFirst', {}, ['ops', 'shop-team']],
    ['RouterOnly', { severity: 'critical' }, ['ann']],
    ['RouterOnly', {}, []],
    ['', {}, ['ops', 'shop-team']],
  ])('%s with %j tells %j', (policy, labels, names) => {
    expect(decideNow(world(policy), labels).targets.map(({ receiver }) => receiver.name)).toEqual(names);
  });

  test('RouterFirst goes by what routers give, also when that receiver is then not told', () => {
    const away = worldOf({
      manager: manager({ routePolicy: 'RouterFirst' }),
      receivers: [ops, ann],
      routers: [router('to-ann', everything)],
      silences: [silence('away', tenantLabels('ann'), { matcher: {} })],
    });
    expect(told(decideNow(away))).toEqual([]);
  });

  test('a receiver that several ways lead to is told once', () => {
    const twice = { alertSelector: {}, receivers: { name: ['ops'] } };
    const all = worldOf({ receivers: [ops], routers: [router('a', twice), router('b', twice)] });
    const decision = decideNow(all);
    expect(told(decision)).toEqual(['ops: ops@example.com']);
    expect(decision.steps.filter(({ step }) => step === 'told')).toMatchObject([
      { why: 'router a gives it' },
    ]);
  });
});

describe('silences', () => {
  test('a global one that covers the alert keeps it from everybody', () => {
    const world = worldOf({
      receivers: [ops],
      silences: [silence('deploy', globalLabels, { matcher: { matchLabels: { severity: 'info' } } })],
    });
    expect(decideNow(world, { severity: 'info' })).toEqual({
      targets: [],
      steps: [{ step: 'silenced', silence: 'deploy' }],
      tenantsHeld: false,
    });
    expect(told(decideNow(world))).toEqual(['ops: ops@example.com']);
  });

  test('one by a regular expression covers what it matches, not everything', () => {
    const matcher = { matchExpressions: [{ key: 'alertname', operator: 'Match', regexValue: '^Kube' }] };
    const world = worldOf({ receivers: [ops], silences: [silence('kube', globalLabels, { matcher })] });
    expect(told(decideNow(world))).toEqual(['ops: ops@example.com']);
    expect(told(decideNow(world, { alertname: 'KubePodCrash' }))).toEqual([]);
  });

  test("a tenant's keeps it from that tenant only", () => {
    const quiet = silence('away', tenantLabels('shop'), { matcher: {} });
    const world = worldOf({ receivers: [ops, shop], silences: [quiet] });
    expect(told(decideNow(world))).toEqual(['ops: ops@example.com']);
  });

  test('one that is over, or wrong, silences nothing, and the wrong one is named', () => {
    const world = worldOf({
      receivers: [ops],
      silences: [
        silence('over', globalLabels, { matcher: {}, startsAt: '2026-01-01T00:00:00Z', duration: '1h' }),
        silence('wrong', globalLabels, { matcher: {}, schedule: 'nightly', duration: '1h' }),
      ],
    });
    const decision = decideNow(world);
    expect(told(decision)).toEqual(['ops: ops@example.com']);
    expect(decision.steps).toContainEqual(
      expect.objectContaining({ step: 'silenceInvalid', silence: 'wrong' }),
    );
  });
});

describe('addresses and configs', () => {
  test('two objects with the same mailbox are told once', () => {
    const copy = receiver('copy', globalLabels, mailTo('OPS'));
    expect(told(decideNow(worldOf({ receivers: [ops, copy] })))).toEqual(['copy: OPS@example.com']);
  });

  test('the same mailbox by another account is told by both', () => {
    const own = config('own', tenantLabels('shop'), smtp);
    const base = config('base', { type: 'default' }, smtp);
    const same = receiver('same', tenantLabels('shop'), mailTo('ops'));
    const decision = decideNow(worldOf({ receivers: [ops, same], configs: [own, base] }));
    expect(decision.targets.map(({ config: used }) => used?.name)).toEqual(['base', 'own']);
  });

  test('a receiver whose channel needs a config that is not there is skipped, and others are not', () => {
    const plain = receiver('plain', globalLabels, hook('https://example.com/x'));
    const decision = decideNow(worldOf({ receivers: [ops, plain], configs: [] }));
    expect(told(decision)).toEqual(['plain: https://example.com/x']);
    expect(decision.steps).toContainEqual({
      step: 'skipped',
      receiver: { type: 'email', name: 'ops' },
      address: 'ops@example.com',
      reason: 'there is no config of channel email that it may use',
    });
  });

  test('the part of a receiver that needs no config is told without one', () => {
    const world = worldOf(
      { receivers: [receiver('both', globalLabels, mailTo('needs', 'free'))], configs: [] },
      {
        needsConfig: (_, spec) => JSON.stringify(spec).includes('needs'),
        destinations: () =>
          ['needs', 'free'].map((address) => ({ address, shown: address, spec: { to: [address] } })),
      },
    );
    expect(told(decideNow(world))).toEqual(['both: free']);
  });
});

test('an answer with thousands of names does not fill the trace of every alert', () => {
  const many = Array.from({ length: 5_000 }, (_, index) => `tenant-${index}`);
  const world = worldOf({ receivers: [receiver('ops', tenantLabels('tenant-4999'), mailTo('ops'))] });
  const { steps, targets } = decideNow(world, {}, [
    answer({
      tenants: many,
      receivers: many.slice(0, 500).map((name) => named(name, { to: [`${name}@example.com`] })),
      skipped: many.slice(0, 500).map((name) => ({ name, reason: 'x'.repeat(300) })),
    }),
  ]);
  expect(targets).toHaveLength(501);
  expect(steps.find(({ step }) => step === 'source')).toMatchObject({ more: 4_900 + 400 + 400 });
  const tenants = steps.find((step) => step.step === 'tenants')?.tenants;
  expect([tenants?.length, tenants?.at(-1)]).toEqual([101, 'tenant-4999']);
  const others = steps.filter(({ step }) => step !== 'told');
  expect(JSON.stringify(others).length).toBeLessThan(100_000);
});
