import { expect, test } from 'vitest';
import { feishuSignature } from './feishu-sign.ts';

test('the sign is what the algorithm of the documents gives, computed elsewhere', () => {
  expect(feishuSignature('demo', 1_599_360_473_999)).toEqual({
    timestamp: '1599360473',
    sign: 'l1N0gAcBjdwBvGm1xMjOF0XSyaLRpR7tuO5dHfhAYc8=',
  });
});
