import { describe, expect, test } from 'vitest';
import type { NodeLoadBalancerSpec } from '../kinds/node-load-balancer.ts';
import { settingsOf } from './settings.ts';
import { settingsWith } from './testing/service.ts';

test('without a NodeLoadBalancer there are the defaults that its kind describes', () => {
  const { reservedPorts, ...rest } = settingsWith();
  expect(rest).toEqual({
    classless: true,
    nodeSelector: undefined,
    excludedNodes: 'Leave',
    count: 1,
    addressType: 'InternalIP',
    nodePortRange: { from: 30_000, to: 32_767 },
    allow: undefined,
    publishStatus: true,
    nodeGraceMs: 20_000,
    agentGraceMs: 15_000,
    returnGraceMs: 30_000,
    moveGraceMs: 60_000,
    drainMs: 30_000,
    maxUnhealthyPercent: 50,
  });
  expect(reservedPorts).toContainEqual({ protocol: 'TCP', from: 22, to: 22 });
  expect(settingsWith({})).toEqual(settingsWith());
});

test('everything can be said', () => {
  const settings = settingsWith({
    classless: false,
    nodeSelector: { edge: 'yes' },
    excludedNodes: 'Use',
    count: 'all',
    addressType: 'ExternalIP',
    reservedPorts: ['UDP/5000-5001'],
    nodePortRange: '20000-22767',
    allow: [{ namespaces: ['web-*'], ports: ['80', 'UDP/443'] }],
    publishStatus: false,
    grace: { node: '1m', agent: '10s', return: '1h', move: '0' },
    drain: '5m',
    maxUnhealthy: 25,
  });
  expect(settings).toMatchObject({
    classless: false,
    nodeSelector: { edge: 'yes' },
    excludedNodes: 'Use',
    count: 'all',
    addressType: 'ExternalIP',
    nodePortRange: { from: 20_000, to: 22_767 },
    allow: [
      {
        namespaces: ['web-*'],
        ports: [
          { protocol: 'TCP', from: 80, to: 80 },
          { protocol: 'UDP', from: 443, to: 443 },
        ],
      },
    ],
    publishStatus: false,
    nodeGraceMs: 60_000,
    agentGraceMs: 10_000,
    returnGraceMs: 3_600_000,
    moveGraceMs: 0,
    drainMs: 300_000,
    maxUnhealthyPercent: 25,
  });
  expect(settings.reservedPorts).toContainEqual({ protocol: 'UDP', from: 5000, to: 5001 });
});

test('ports of the settings are added to those that are always reserved', () => {
  const always = settingsWith().reservedPorts;
  expect(settingsWith({ reservedPorts: ['8080'] }).reservedPorts).toEqual([
    ...always,
    { protocol: 'TCP', from: 8080, to: 8080 },
  ]);
});

test('all that is wrong is told at once, with its field', () => {
  const result = settingsOf({
    reservedPorts: ['ssh'],
    nodePortRange: 'UDP/1-2',
    allow: [
      { namespaces: ['*'], ports: ['80'] },
      { namespaces: ['*'], ports: ['0'] },
    ],
    grace: { node: 'soon', agent: '-5s' },
    drain: '30',
  });
  expect(result).toEqual({
    kind: 'problems',
    problems: [
      'spec.nodePortRange: "UDP/1-2" is no range; write 30000-32767',
      'spec.reservedPorts: "ssh" is no port; write 80, 8000-8999 or UDP/53',
      'spec.allow[1].ports: "0" is no port; write 80, 8000-8999 or UDP/53',
      'spec.grace.node: "soon" is no duration up to a week; write 90s or 1h30m',
      'spec.grace.agent: "-5s" is no duration up to a week; write 90s or 1h30m',
      'spec.drain: "30" is no duration up to a week; write 90s or 1h30m',
    ],
  });
});

test('an agent may be silent for two renewals of its lease at least: one that lives must not look dead', () => {
  expect(settingsOf({ grace: { agent: '9s' } })).toEqual({
    kind: 'problems',
    problems: ['spec.grace.agent: "9s" is too short; write 10s or more'],
  });
  expect(settingsWith({ grace: { agent: '10s' } }).agentGraceMs).toBe(10_000);
});

describe('an object that no API server checked', () => {
  test.each([
    [{ count: 0 }, '/count'],
    [{ count: 'many' }, '/count'],
    [{ maxUnhealthy: 101 }, '/maxUnhealthy'],
    [{ drain: 30 }, '/drain'],
    [{ allow: [{ namespaces: ['a'] }] }, '/allow/0'],
    [{ excludedNodes: 'Maybe' }, '/excludedNodes'],
    ['text', ''],
  ])('%j is a problem', (spec, place) => {
    const result = settingsOf(spec as NodeLoadBalancerSpec);
    expect(result.kind).toBe('problems');
    expect(JSON.stringify(result)).toContain(`spec${place}`);
  });
});
