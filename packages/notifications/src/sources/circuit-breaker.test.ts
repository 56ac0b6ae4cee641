import { expect, test } from 'vitest';
import { FakeClock } from '../testing/fake-clock.ts';
import { CircuitBreaker } from './circuit-breaker.ts';

function breaker(random = 0): {
  clock: FakeClock;
  breaker: CircuitBreaker;
  changes: boolean[];
  probes: () => number;
  fail: (times: number) => void;
} {
  const clock = new FakeClock();
  const changes: boolean[] = [];
  let probes = 0;
  const made = new CircuitBreaker({
    clock,
    random: () => random,
    probe: () => void probes++,
    onChange: (open) => changes.push(open),
  });
  const fail = (times: number): void => {
    for (let n = 0; n < times; n++) made.failed();
  };
  return { clock, breaker: made, changes, probes: () => probes, fail };
}

/** Five calls that succeed, with four between them that fail. */
function alternate(one: CircuitBreaker): void {
  one.succeeded();
  for (let n = 0; n < 4; n++) {
    one.failed();
    one.succeeded();
  }
}

test('it opens with the fifth failure in a row, and not before', () => {
  const { breaker: one, changes, fail } = breaker();
  fail(4);
  one.succeeded();
  fail(4);
  expect(one.state).toBe('closed');
  fail(1);
  expect(one.state).toBe('open');
  expect(changes).toEqual([true]);
});

test('it opens when half of ten calls failed within 30 s, however they alternate', () => {
  const { clock, breaker: one } = breaker();
  alternate(one);
  expect(one.state).toBe('closed');
  clock.advance(29_999);
  one.failed();
  expect(one.state).toBe('open');
});

test('calls that are 30 s old count no more', () => {
  const { clock, breaker: one } = breaker();
  alternate(one);
  clock.advance(30_000);
  one.failed();
  expect(one.state).toBe('closed');
});

test('while it is open one probe is made every ten seconds and a little, until one succeeds', () => {
  const { clock, breaker: one, changes, probes, fail } = breaker(0.5);
  fail(5);
  clock.advance(10_499);
  expect(probes()).toBe(0);
  clock.advance(1);
  expect([probes(), one.state]).toEqual([1, 'halfOpen']);
  clock.advance(60_000);
  expect(probes()).toBe(1);
  one.failed();
  expect(one.state).toBe('open');
  clock.advance(10_500);
  one.succeeded();
  expect([probes(), one.state]).toEqual([2, 'closed']);
  expect(changes).toEqual([true, false]);
});

test('answers that were under way when it opened neither close it nor open it twice', () => {
  const { breaker: one, changes, fail } = breaker();
  fail(5);
  one.succeeded();
  fail(20);
  expect(one.state).toBe('open');
  expect(changes).toEqual([true]);
});

test('it begins anew once it closed: old failures do not count', () => {
  const { clock, breaker: one, fail } = breaker();
  fail(5);
  clock.advance(10_000);
  one.succeeded();
  fail(4);
  expect(one.state).toBe('closed');
});

test('after the end it waits for nothing', () => {
  const { clock, breaker: one, fail } = breaker();
  fail(5);
  one.close();
  expect(clock.pending).toEqual([]);
});
