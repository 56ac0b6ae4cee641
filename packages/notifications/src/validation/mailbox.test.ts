import { expect, test } from 'vitest';
import { parseMailbox } from '../channels/email/mailbox.ts';
import { mailboxCauses } from './mailbox.ts';

test.each([
  ['ann@example.com', '', 'ann@example.com'],
  [' ann@example.com ', '', 'ann@example.com'],
  ['Ann <ann@example.com>', 'Ann', 'ann@example.com'],
  ['"On call, ops" <ops@example.com>', 'On call, ops', 'ops@example.com'],
  ['<ann@example.com>', '', 'ann@example.com'],
  ['root@localhost', '', 'root@localhost'],
  ['ann+alerts@example.com', '', 'ann+alerts@example.com'],
  ['ann@[192.0.2.1]', '', 'ann@[192.0.2.1]'],
  ['jörg@exämple.com', '', 'jörg@exämple.com'],
])('%j is a mailbox', (text, name, address) => {
  expect(parseMailbox(text)).toEqual({ name, address });
  expect(mailboxCauses(text, 'f')).toEqual([]);
});

test.each([
  [''],
  ['  '],
  ['ann'],
  ['ann@'],
  ['@example.com'],
  ['ann@b@example.com'],
  ['ann smith@example.com'],
  ['a@example.com, b@example.com'],
  ['a@example.com; b@example.com'],
  ['team: a@example.com;'],
  ['ann@example.com\r\nBcc: eve@example.com'],
  ['Ann\n <ann@example.com>'],
  ['ann@example.com> RCPT TO:<eve@example.com'],
  ['<ann@example.com> <eve@example.com>'],
  [`${'a'.repeat(65)}@example.com`],
  [`ann@${'e'.repeat(250)}.com`],
])('%j is none', (text) => {
  expect(parseMailbox(text)).toBeUndefined();
  expect(mailboxCauses(text, 'f')).toHaveLength(1);
});
