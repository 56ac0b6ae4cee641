import { describe, expect, test } from 'vitest';
import { classOfAlert, sourceQuestion, tenantMatches } from './alert-class.ts';
import { alert, manager, worldOf } from './testing/objects.ts';

describe('which alerts concern tenants', () => {
  test.each([
    // rule_level, then auto, rule-level, namespace
    [undefined, true, false, true],
    ['namespace', true, true, true],
    ['cluster', false, false, true],
    ['workspace', false, false, true],
    ['', false, false, true],
  ])('with rule_level %s', (level, ...expected) => {
    const known = alert(level === undefined ? {} : { rule_level: level });
    expect(tenantMatches.map((mode) => classOfAlert(known, mode).matched)).toEqual(expected);
  });

  test.each(tenantMatches)('none that names no namespace (%s)', (mode) => {
    expect(classOfAlert(alert({ namespace: '', rule_level: 'namespace' }), mode)).toEqual({
      matched: false,
      reason: 'the alert names no namespace',
      cluster: 'host',
    });
  });
});

test('a source is asked with the cluster, the namespace and all labels', () => {
  expect(sourceQuestion(alert(), worldOf())).toEqual({
    cluster: 'host',
    namespace: 'shop',
    labels: { alertname: 'Test', cluster: 'host', namespace: 'shop' },
  });
});

test('no source is asked about an alert that concerns no tenant', () => {
  expect(sourceQuestion(alert({ rule_level: 'cluster' }), worldOf())).toBeUndefined();
});

test('the annotation of the NotificationManager chooses the way', () => {
  const annotated = (mode: string) =>
    worldOf({ manager: manager({}, { 'notification.armillary.dev/tenant-match': mode }) });
  expect(sourceQuestion(alert({ rule_level: 'cluster' }), annotated('namespace'))).toBeDefined();
  expect(sourceQuestion(alert(), annotated('rule-level'))).toBeUndefined();
});
