import type { Cause } from '@armillary/resource';
import { describe, expect, test } from 'vitest';
import { validateRouter } from './router.ts';
import { fields, v2beta2 } from './testing/objects.ts';

const router = (spec: unknown): Cause[] => validateRouter(v2beta2('Router', spec));

describe('routers', () => {
  test('are taken with any part', () => {
    expect(router({ alertSelector: {}, receivers: {} })).toEqual([]);
    expect(router({ receivers: { name: ['ops'] } })).toEqual([]);
    expect(
      router({ alertSelector: { matchLabels: { a: 'b' } }, receivers: { regexName: 'ops-.*' } }),
    ).toEqual([]);
  });

  test('are refused with selectors or expressions that are none', () => {
    const spec = {
      alertSelector: { matchLabels: { a: 'b c' } },
      receivers: {
        selector: { matchExpressions: [{ key: 'a', operator: 'Match', regexValue: '(' }] },
        regexName: '[',
      },
    };
    expect(fields(router(spec))).toEqual([
      'spec.alertSelector.matchLabels',
      'spec.receivers.selector.matchExpressions[0].regexValue',
      'spec.receivers.regexName',
    ]);
    expect(router(spec)[2]?.message).toContain('missing closing ]');
  });
});
