import { expect, test } from 'vitest';
import { recipientBatches, shownRecipients } from './recipient-batches.ts';

const names = (count: number): string[] =>
  Array.from({ length: count }, (_, n) => `u${String(n).padStart(5, '0')}`);

test('everybody is in exactly one batch, and no batch is longer than a request may be', () => {
  const batches = recipientBatches([
    { recipients: names(2500), most: 1000 },
    { recipients: names(101), most: 100 },
    { recipients: undefined, most: 100 },
  ]);
  expect(batches.map((lists) => lists.map((list) => list.length))).toEqual([
    [1000, 100, 0],
    [1000, 1, 0],
    [500, 0, 0],
  ]);
  expect(batches.flatMap(([users = []]) => users)).toEqual(names(2500));
});

test('order and repetition make no difference', () => {
  const of = (recipients: string[]) => recipientBatches([{ recipients, most: 2 }]);
  expect(of(['b', 'a', 'b'])).toEqual(of(['a', 'b']));
});

test('nobody makes no batch', () => {
  expect(recipientBatches([{ recipients: [], most: 2 }])).toEqual([]);
});

test('people see some names and how many more there are', () => {
  expect(shownRecipients({ user: ['a', 'b'], party: ['1', '2'], tag: ['t'] })).toBe(
    'user a, user b, party 1 and 2 more',
  );
  expect(shownRecipients({ user: ['a'], party: [] })).toBe('user a');
});
