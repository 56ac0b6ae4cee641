import { expect, test } from 'vitest';
import { nextStop } from './stop-build.ts';

test('a build is asked to stop, then ended, then killed, and not more than that', () => {
  expect(nextStop(undefined, 0)).toEqual({ send: 'stop', waitMs: 15_000 });
  expect(nextStop({ steps: 1, at: 0 }, 14_000)).toEqual({ waitMs: 1000 });
  expect(nextStop({ steps: 1, at: 0 }, 15_000)).toEqual({ send: 'term', waitMs: 15_000 });
  expect(nextStop({ steps: 2, at: 0 }, 15_000)).toEqual({ send: 'kill', waitMs: 15_000 });
  expect(nextStop({ steps: 3, at: 0 }, 99_000)).toEqual({ waitMs: 15_000 });
});
