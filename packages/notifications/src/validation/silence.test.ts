import type { Cause } from '@armillary/resource';
import { describe, expect, test } from 'vitest';
import { validateSilence } from './silence.ts';
import { fields, v2beta2 } from './testing/objects.ts';

const silence = (spec: unknown): Cause[] => validateSilence(v2beta2('Silence', spec));

describe('silences', () => {
  test('are taken', () => {
    expect(silence({ matcher: {} })).toEqual([]);
    expect(silence({ matcher: {}, schedule: '0 22 * * *', duration: '8h' })).toEqual([]);
    expect(silence({ matcher: {}, startsAt: '2026-01-01T00:00:00Z', duration: '1h' })).toEqual([]);
  });

  test.each<[string, unknown, string[]]>([
    ['without matcher', {}, ['spec.matcher']],
    ['with a wrong matcher', { matcher: { matchLabels: { a: 'b c' } } }, ['spec.matcher.matchLabels']],
    ['with a wrong schedule', { matcher: {}, schedule: 'daily' }, ['spec.schedule']],
    ['with a wrong length', { matcher: {}, duration: '1 day' }, ['spec.duration']],
    ['with a wrong start', { matcher: {}, startsAt: 'tomorrow' }, ['spec.startsAt']],
  ])('are refused %s', (_, spec, expected) => {
    expect(fields(silence(spec))).toEqual(expected);
  });
});
