import { describe, expect, test } from 'vitest';
import type { Difference, RuleSet } from '../plan/rule-set.ts';
import { dataPlane, type BouncePlace } from './data-plane.ts';

const signal = new AbortController().signal;
const plan = { ports: [] };

/** Parts that note what is asked of them. */
function parts() {
  const diary: string[] = [];
  const missing: Difference[] = [];
  const failures: Error[] = [];
  const rules = (name: string): RuleSet => ({
    apply: async () => {
      diary.push(`apply ${name}`);
      const failure = failures.shift();
      if (failure) throw failure;
      return { changed: false };
    },
    verify: async () => {
      diary.push(`verify ${name}`);
      return [`${name} differs`];
    },
    remove: async () => void diary.push(`remove ${name}`),
  });
  const place: BouncePlace = {
    check: async () => missing,
    ensure: async () => {
      diary.push('ensure');
      return missing.splice(0);
    },
    remove: async () => void diary.push('remove namespace'),
  };
  const forgetAll = async (): Promise<void> => void diary.push('forget');
  return {
    diary,
    missing,
    failures,
    plane: dataPlane({ place, inner: rules('inner'), host: rules('host'), forgetAll }),
  };
}

describe('the data plane', () => {
  test('what is inside comes before what leads there', async () => {
    const { diary, plane } = parts();
    expect(await plane.apply(plan, signal)).toEqual({ changed: false });
    expect(diary).toEqual(['ensure', 'apply inner', 'apply host']);
  });

  test('the namespace is looked at again only after a check that found it wanting, or a failure', async () => {
    const { diary, missing, plane, failures } = parts();
    await plane.apply(plan, signal);
    diary.length = 0;
    await plane.apply(plan, signal);
    expect(diary).toEqual(['apply inner', 'apply host']);
    await plane.verify(plan, signal);
    diary.length = 0;
    await plane.apply(plan, signal);
    expect(diary).toEqual(['apply inner', 'apply host']);
    missing.push('the network namespace armillary is missing');
    await plane.verify(plan, signal);
    diary.length = 0;
    await plane.apply(plan, signal);
    expect(diary).toEqual(['ensure', 'verify inner', 'apply inner', 'apply host']);
    failures.push(new Error('nsenter: cannot open /run/netns/armillary'));
    await expect(plane.apply(plan, signal)).rejects.toThrow('nsenter');
    diary.length = 0;
    await plane.apply(plan, signal);
    expect(diary).toEqual(['ensure', 'apply inner', 'apply host']);
  });

  test('a namespace that was made anew is read first: what was written before went to another one', async () => {
    const { diary, missing, plane } = parts();
    missing.push('the network namespace armillary is missing');
    expect(await plane.apply(plan, signal)).toEqual({ changed: true });
    expect(diary).toEqual(['ensure', 'verify inner', 'apply inner', 'apply host']);
  });

  test('a check reads both, and inside only when there is an inside', async () => {
    const { diary, missing, plane } = parts();
    expect(await plane.verify(plan, signal)).toEqual(['inner differs', 'host differs']);
    missing.push('the network namespace armillary is missing');
    diary.length = 0;
    expect(await plane.verify(plan, signal)).toEqual([
      'the network namespace armillary is missing',
      'host differs',
    ]);
    expect(diary).toEqual(['verify host']);
  });

  test('nothing leads anywhere any more before that is removed', async () => {
    const { diary, missing, plane } = parts();
    await plane.remove(signal);
    expect(diary).toEqual(['remove host', 'forget', 'remove namespace']);
    missing.push('the network namespace armillary is missing');
    diary.length = 0;
    await plane.remove(signal);
    expect(diary).toEqual(['remove host', 'remove namespace']);
  });
});
