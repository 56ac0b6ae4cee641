import { describe, expect, test } from 'vitest';
import type { SourceAnswer } from '../sources/source-answer.ts';
import type { RoutingObjects } from './build-world.ts';
import { decide } from './decide.ts';
import { explainReceiver } from './explain-receiver.ts';
import {
  alert,
  answer,
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
  tenantLabels,
  worldOf,
} from './testing/objects.ts';

const ops = receiver('ops', globalLabels, mailTo('ops'));
const ann = receiver('ann', tenantLabels('ann'), mailTo('ann'));

/** Why `name` is told or not of an alert with these labels. */
function why(
  name: string,
  objects: Partial<RoutingObjects>,
  labels = {},
  answers: SourceAnswer[] = [],
): string[] {
  const world = worldOf(objects);
  return explainReceiver(name, decideNow(world, labels, answers).steps, world);
}

describe('why did X not get this? Because', () => {
  test('it was told', () => {
    expect(why('ops', { receivers: [ops] })).toEqual([
      'email ops is told with config smtp: it is a global receiver.',
    ]);
  });

  test('a silence covers the alert', () => {
    const quiet = silence('quiet', globalLabels, { matcher: {} });
    expect(why('ops', { receivers: [ops], silences: [quiet] })).toEqual([
      'Silence quiet covers the alert: nobody is told.',
    ]);
  });

  test('its own selector does not fit', () => {
    const alertSelector = { matchLabels: { severity: 'critical' } };
    const picky = receiver('picky', globalLabels, { email: { ...mailTo('x').email, alertSelector } });
    expect(why('picky', { receivers: [picky] }, { severity: 'info' })).toEqual([
      'email picky is not told: its alertSelector does not fit: label severity is info, not critical.',
    ]);
  });

  test('it belongs to another tenant', () => {
    expect(why('ann', { receivers: [ann] })).toEqual([
      'email ann of tenant ann is not told: no router gave it, and it belongs to tenant ann, while the tenants concerned are: shop.',
    ]);
  });

  test('the alert concerns no tenant', () => {
    expect(why('ann', { receivers: [ann] }, { rule_level: 'cluster', namespace: 'ann' })).toEqual([
      'email ann of tenant ann is not told: no router gave it, and the alert is of a rule for a cluster (rule_level).',
    ]);
  });

  test('tenants wait for a source', () => {
    const down = answer({ cache: 'none', onError: 'FailClosed', failure: { code: 'x', message: 'y' } });
    expect(why('ann', { receivers: [ann] }, {}, [down])).toEqual([
      'email ann of tenant ann is not told: no router gave it, and tenants wait for a source that does not answer.',
    ]);
  });

  test.each([
    ['RouterOnly', 'only routers count'],
    ['RouterFirst', 'a router gave receivers, so global receivers and tenants do not count'],
  ])('route policy %s leaves it out', (routePolicy, reason) => {
    const objects = {
      manager: manager({ routePolicy }),
      receivers: [ops, ann],
      routers: [router('r', { alertSelector: {}, receivers: { name: ['ann'] } })],
    };
    expect(why('ops', objects)).toEqual([
      `email ops is not told: no router gave it, and by route policy ${routePolicy} ${reason}.`,
    ]);
  });

  test("it is turned off, wrong, or labelled as nobody's", () => {
    const receivers = [
      receiver('off', globalLabels, {
        email: { ...mailTo('x').email, enabled: false },
        ...hook('https://example.com/'),
      }),
      receiver('wrong', globalLabels, { email: { to: [] } }),
      receiver('lost', {}, mailTo('x')),
    ];
    expect(why('off', { receivers })).toEqual([
      'webhook off is told: it is a global receiver.',
      'email off has no effect: it is turned off (spec.email.enabled: false).',
    ]);
    expect(why('wrong', { receivers })[0]).toMatch(
      /^email wrong has no effect: it is invalid: spec\.email\.to/,
    );
    expect(why('lost', { receivers })[0]).toMatch(/^Receiver lost has no effect: its labels \(none\)/);
  });

  test('there is none, and only a source could name it', () => {
    expect(why('nobody', {})).toEqual([
      'There is no Receiver nobody, and no source named one for this alert.',
    ]);
    const given = answer({ receivers: [named('call', { to: ['c@example.com'] })] });
    expect(why('call', {}, {}, [given])).toEqual([
      'email call from source hr is told with config smtp: source hr named it.',
    ]);
  });

  test('nothing is decided yet', () => {
    expect(explainReceiver('ops', [], worldOf({ receivers: [ops] }))).toEqual([
      'Nothing is decided about the alert yet.',
    ]);
  });

  test('of two decisions the one in which it was considered', () => {
    const world = worldOf({ receivers: [ops, ann] });
    const down = answer({ cache: 'none', onError: 'FailClosed', failure: { code: 'x', message: 'y' } });
    const labels = { namespace: 'ann' };
    const first = decideNow(world, labels, [down]).steps;
    const second = decide(alert(labels), world, [], noon, 'tenants').steps;
    expect(explainReceiver('ops', [...first, ...second], world)[0]).toMatch(/^email ops is told/);
    expect(explainReceiver('ann', [...first, ...second], world)[0]).toMatch(
      /^email ann of tenant ann is told/,
    );
  });

  test('it is newer than the decision', () => {
    const { steps } = decideNow(worldOf());
    expect(explainReceiver('ops', steps, worldOf({ receivers: [ops] }))).toEqual([
      'email ops is not told: it was added or changed after the decision.',
    ]);
  });
});
