import { expect, test } from 'vitest';
import { mailboxTexts } from './mailbox.ts';

test.each([
  ['ann@example.com', ['ann@example.com']],
  [' ann@example.com ,, bob@example.com,', ['ann@example.com', 'bob@example.com']],
  [
    '"Ops, all" <ops@example.com>, Bob <bob@example.com>',
    ['"Ops, all" <ops@example.com>', 'Bob <bob@example.com>'],
  ],
  ['"a\\", b" <a@example.com>,b@example.com', ['"a\\", b" <a@example.com>', 'b@example.com']],
  ['a@example.com, "b', ['a@example.com', '"b']],
  ['a@example.com, "b\\', ['a@example.com', '"b\\']],
  [' , ', []],
])('%j is a list of mailboxes', (entry, mailboxes) => {
  expect(mailboxTexts(entry)).toEqual(mailboxes);
});
