import { isIP } from 'node:net';
import { expect, test } from 'vitest';
import { NodeLbError } from '../errors.ts';
import type { Commands } from '../host/commands.ts';
import { defaultLink } from '../plan/link.ts';
import { surveyAsGuest, surveyNode } from './node-surveyor.ts';
import { NODE } from './testing/claim.ts';

const signal = new AbortController().signal;
const options = { nodeName: NODE, link: defaultLink, prefix: 'armillary' };

/** A system without any of the programs. */
const without: Commands = {
  run: async (program) => {
    throw new NodeLbError('ProgramMissing', `the program ${program} is missing`);
  },
  inside: () => without,
};

test('a node without the programs cannot be served', async () => {
  await expect(surveyNode(options, without, signal)).rejects.toThrow('is missing');
});

test('what would be done can be shown on a system without rights and programs', async () => {
  const survey = await surveyAsGuest(options, without, signal);
  expect(survey.proxy).toBeUndefined();
  expect(survey.addresses.filter((address) => isIP(address) === 0)).toEqual([]);
  expect(survey.addresses).not.toContain('127.0.0.1');
  expect(survey.redirectOf({ protocol: 'TCP', port: 80, addresses: [] })).toBeUndefined();
});
