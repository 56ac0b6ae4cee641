import { expect, test } from 'vitest';
import { decodeBody } from './request-body.ts';

const nested = (depth: number): Buffer =>
  Buffer.from(`${'{"a":['.repeat(depth / 2)}1${']}'.repeat(depth / 2)}`);

test.each(['application/json', 'application/merge-patch+json', 'application/apply-patch+yaml'])(
  '%s nested beyond reason is refused, not walked',
  (type) => {
    expect(decodeBody(nested(500), type).value).toBeDefined();
    for (const depth of [502, 200_000])
      expect(() => decodeBody(nested(depth), type)).toThrow(
        expect.objectContaining({ message: 'the body of the request exceeded max depth 500' }),
      );
  },
);
