import { describe, expect, test } from 'vitest';
import type { Placement } from '../allocation/placement.ts';
import { arrivingSteps, leavingSteps } from './claim-steps.ts';
import { claim, place, request } from './testing/claims.ts';

const now = Date.UTC(2026, 0, 1);
const drainMs = 30_000;
const forsaken = new Set<string>();

function placement(changes: Partial<Placement> = {}): Placement {
  return { nodes: [place(2)], kept: [], leaving: [], obstacles: [], short: false, ...changes };
}

const leave = (claims: ReturnType<typeof claim>[], changes: Partial<Placement> = {}) =>
  leavingSteps({ request: request(), placement: placement(changes), claims, forsaken, now, drainMs });

describe('before the status is written', () => {
  test('claims are created and changed, and nothing is taken away', () => {
    const limited = request({ sourceRanges: ['10.0.0.0/8'] });
    const claims = [claim(1, { status: 'True' })];
    const steps = arrivingSteps({ request: limited, placement: placement(), claims });
    expect(steps.create.map(({ metadata }) => metadata.name)).toEqual(['n2.tcp.80']);
    // The node that is left shuts out who is to be shut out, too.
    expect(steps.update.map(({ spec }) => [spec.nodeName, spec.sourceRanges])).toEqual([
      ['n1', ['10.0.0.0/8']],
    ]);
  });

  test('a claim that was being withdrawn is wanted again', () => {
    const claims = [claim(2, { status: 'True', withdrawAt: new Date(now + 1).toISOString() })];
    const { create, update } = arrivingSteps({ request: request(), placement: placement(), claims });
    expect(create).toEqual([]);
    expect(update.map(({ spec }) => spec.withdrawAt)).toEqual([undefined]);
  });

  test('claims of a node that has no addresses any more stay as they are written', () => {
    const gone = { ...place(1), addresses: [], published: [] };
    const claims = [claim(1, { status: 'True' })];
    expect(arrivingSteps({ request: request(), placement: placement({ nodes: [gone] }), claims })).toEqual({
      create: [],
      update: [],
    });
  });

  test('ports are claimed in one order by everybody: two controllers never wait for each other', () => {
    const wanted = request({
      ports: [
        { protocol: 'UDP', port: 443 },
        { protocol: 'TCP', port: 443 },
        { protocol: 'TCP', port: 80 },
      ],
    });
    const { create } = arrivingSteps({
      request: wanted,
      placement: placement({ nodes: [place(2, wanted)] }),
      claims: [],
    });
    expect(create.map(({ metadata }) => metadata.name)).toEqual(['n2.tcp.80', 'n2.tcp.443', 'n2.udp.443']);
  });
});

describe('after the status is written', () => {
  test('a node is withdrawn from when its successor answers, and not before', () => {
    expect(leave([claim(1, { status: 'True' }), claim(2)]).update).toEqual([]);
    expect(leave([claim(1, { status: 'True' }), claim(2, { status: 'True', generation: 0 })]).update).toEqual(
      [],
    );
    const { update, nextDue } = leave([claim(1, { status: 'True' }), claim(2, { status: 'True' })]);
    expect(update.map(({ claim: { metadata }, spec }) => [metadata.name, spec.withdrawAt])).toEqual([
      ['n1.tcp.80', new Date(now + drainMs).toISOString()],
    ]);
    expect(nextDue).toBe(now + drainMs);
  });

  test('it goes when its time has come', () => {
    const claims = (at: number) => [claim(1, { status: 'True', withdrawAt: new Date(at).toISOString() })];
    expect(leave(claims(now + 1))).toMatchObject({ remove: [], nextDue: now + 1 });
    expect(leave(claims(now)).remove).toHaveLength(1);
  });

  test('a node that never answered is left at once', () => {
    expect(leave([claim(1)]).remove).toHaveLength(1);
  });

  test('a node that nothing replaces stays', () => {
    const kept = [{ node: 'n2', reason: 'NotReady', message: '' }];
    expect(leave([claim(1, { status: 'True' }), claim(2, { status: 'True' })], { kept }).update).toEqual([]);
    expect(leave([claim(1, { status: 'True' })], { nodes: [] }).remove).toEqual([]);
  });

  test('a port that the Service has no more goes at once', () => {
    const old = claim(2, { status: 'True' }, request({ ports: [{ protocol: 'TCP', port: 8080 }] }));
    expect(leave([old, claim(2, { status: 'True' })]).remove).toEqual([old]);
  });
});
