import { describe, expect, test } from 'vitest';
import { portClaimKind } from '../kinds/port-claim.ts';
import { claimStatus } from './claim-status.ts';
import { refused, type ClaimVerdict } from './claim-verdict.ts';
import { claim } from './testing/claim.ts';

const now = Date.UTC(2026, 0, 1, 12);
const later = now + 60_000;

const programmed: ClaimVerdict = {
  programmed: true,
  reason: 'Programmed',
  message: 'TCP/80 is held',
  addresses: ['192.0.2.1'],
};
const answers = { status: 'True', reason: 'ProbeSucceeded', message: 'answers at 192.0.2.1:80' } as const;

describe('the status of a claim', () => {
  test('says for which generation it is, which addresses answer, and since when', () => {
    expect(claimStatus(claim(80), programmed, answers, now)).toEqual({
      observedGeneration: 1,
      addresses: ['192.0.2.1'],
      conditions: [
        {
          type: 'Programmed',
          status: 'True',
          reason: 'Programmed',
          message: 'TCP/80 is held',
          observedGeneration: 1,
          lastTransitionTime: '2026-01-01T12:00:00Z',
        },
        { type: 'Reachable', observedGeneration: 1, lastTransitionTime: '2026-01-01T12:00:00Z', ...answers },
      ],
    });
  });

  test('is the same as before while nothing changes, however much time passes: nothing is written', () => {
    const before = claim(80);
    before.status = claimStatus(before, programmed, answers, now);
    expect(claimStatus(before, programmed, answers, later)).toEqual(before.status);
  });

  test('keeps the time of a condition whose reason changes, and not of one whose status does', () => {
    const before = claim(80);
    before.status = claimStatus(before, refused('RulesFailed', 'the lock is held'), undefined, now);
    const inUse = claimStatus(before, refused('PortInUse', 'it is taken', 'nginx (pid 7)'), undefined, later);
    expect(inUse.conditions?.[0]?.lastTransitionTime).toBe('2026-01-01T12:00:00Z');
    expect(inUse.owner).toBe('nginx (pid 7)');
    expect(claimStatus(before, programmed, undefined, later).conditions?.[0]?.lastTransitionTime).toBe(
      '2026-01-01T12:01:00Z',
    );
  });

  test('drops the probe, the addresses and the owner with what they belong to', () => {
    const before = claim(80);
    before.status = claimStatus(before, programmed, answers, now);
    const after = claimStatus(before, refused('NoKubeProxy', 'there is none'), answers, later);
    expect(after).toMatchObject({
      conditions: [{ type: 'Programmed', status: 'False', reason: 'NoKubeProxy' }],
    });
    expect(after.conditions).toHaveLength(1);
    expect(after).not.toHaveProperty('addresses');
  });

  test('is valid', () => {
    const object = claim(80);
    object.status = claimStatus(object, programmed, answers, now);
    expect(portClaimKind.validate(object)).toEqual([]);
  });
});
