import { connect } from '@armillary/jenkins-client';
import { startFakeJenkins } from '@armillary/jenkins-client/testing';
import { describe, expect, test } from 'vitest';
import { areas } from './areas.ts';
import { compatibilityPage, resultLine, summary } from './report.ts';
import { runSuite, type SuiteResult } from './run.ts';

describe('the suite for real servers', async () => {
  const result = await onFake();

  test.each(result.results.map((one) => [resultLine(one), one] as const))('%s', (line, { outcome }) => {
    expect(outcome, line).not.toBe('failed');
  });

  test('leaves nothing behind', () => {
    expect(result.leftBehind).toEqual([]);
  });

  test('says what it did not test', () => {
    expect(summary(result)).toContain('Not tested: Server: a password works');
    expect(compatibilityPage(result)).toContain('| nodes are listed, with the one built in |');
  });
});

async function onFake(): Promise<SuiteResult> {
  const fake = await startFakeJenkins({ prefix: '/jenkins' });
  const { name: user, token } = fake.users.admin;
  const jenkins = connect({ url: fake.url, auth: { user, token } });
  try {
    return await runSuite(areas, {
      jenkins,
      settings: { url: fake.url, user, token, disruptive: true },
      teach: (script, work) => fake.runs(script, work),
    });
  } finally {
    await jenkins.close();
    await fake.close();
  }
}
