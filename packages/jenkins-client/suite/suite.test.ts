import { connect } from '@armillary/jenkins-client';
import { startFakeJenkins, type FakeOptions } from '@armillary/jenkins-client/testing';
import { describe, expect, test } from 'vitest';
import { areas } from './areas.ts';
import { operationsOf, watchCalls } from './operations.ts';
import { compatibilityPage, resultLine, summary } from './report.ts';
import { runSuite, type SuiteOptions, type SuiteResult } from './run.ts';
import { asReal, converter, gitUrl, wholeFake } from './whole-fake.ts';

/** Runs the suite against a fake server, as if that were a real one. */
async function run(
  options: FakeOptions,
  { user: name = 'admin', ...more }: Partial<SuiteOptions> & { readonly user?: string } = {},
): Promise<SuiteResult> {
  await using fake = await startFakeJenkins(options);
  const { token, password } = fake.users[name] ?? fake.users.admin;
  const jenkins = connect({ url: fake.url, auth: { user: name, token } });
  try {
    return await runSuite(areas, {
      jenkins,
      settings: { url: fake.url, user: name, token, password, gitUrl, disruptive: true },
      ...asReal(fake),
      ...more,
    });
  } finally {
    await jenkins.close();
  }
}

/** What was not tested, by its name, with the reason. */
function untested({ results }: SuiteResult): Record<string, string | undefined> {
  const some = results.filter(({ outcome }) => outcome === 'not tested');
  return Object.fromEntries(some.map(({ name, reason }) => [name, reason]));
}

/** What failed, in lines. */
function failed({ results }: SuiteResult): readonly string[] {
  return results.filter(({ outcome }) => outcome === 'failed').map(resultLine);
}

/** Plugins that the fake server does not stand in for. */
const elsewhere = [
  'a generic webhook',
  'branches from github',
  'branches from gitlab',
  'branches from bitbucket',
  'branches from svn',
];

/** Operations that no case takes, with the reason. */
const left: Readonly<Record<string, string>> = {
  'plugins.install': 'The plugins of a server stay as they are: only the refusal is tried.',
  'plugins.uninstall': 'The same.',
  'plugins.checkForUpdates': 'The server may have no way to the update sites.',
  'system.safeRestart': 'One restart is enough; both take the same way, but for the route.',
};

describe('the suite for real servers', async () => {
  const watched = watchCalls();
  const calls = new Map<string, ReadonlySet<string>>();
  const result = await run(wholeFake, { report: ({ name }) => calls.set(name, watched.taken()) });
  watched.end();

  test.each(result.results.map((one) => [resultLine(one), one] as const))('%s', (line, { outcome }) => {
    expect(outcome, line).not.toBe('failed');
  });

  test('leaves nothing behind', () => {
    expect(result.leftBehind).toEqual([]);
  });

  test('tries everything that the fake server has', () => {
    expect(Object.keys(untested(result)).toSorted()).toEqual(elsewhere.toSorted());
  });

  test('tries each operation of the client in some case, or there is a reason', () => {
    const covered = new Set(areas.flatMap(({ cases }) => cases.flatMap(({ covers }) => covers)));
    expect(operationsOf().filter((operation) => !covered.has(operation))).toEqual(Object.keys(left));
  });

  test('takes in each case the operations that it says', () => {
    const known = new Set(operationsOf());
    const idle = result.results
      .filter(({ outcome }) => outcome === 'passed')
      .flatMap(({ name, covers }) =>
        covers.filter((one) => known.has(one) && !calls.get(name)?.has(one)).map((one) => `${name}: ${one}`),
      );
    expect(idle).toEqual([]);
  });

  test('shows what it saw as a page', () => {
    const page = compatibilityPage(result);
    expect(page).toContain('| nodes are listed, with the one built in |');
    expect(summary(result)).toContain('Not tested: Pipelines: branches from svn: the plugin subversion');
  });
});

describe('on a server', () => {
  test('without the plugins, says so and fails nothing', async () => {
    const plugins = { wfapi: false, graphView: false, casc: false };
    const result = await run({ ...wholeFake, plugins });
    expect(failed(result)).toEqual([]);
    expect(untested(result)).toMatchObject({
      'an input is aborted': 'no plugin tells inputs',
      'stages and steps with their logs': expect.stringContaining('is not there') as string,
      'configuration as code is checked and exported': 'the plugin configuration-as-code is not there',
    });
    expect(result.leftBehind).toEqual([]);
  });

  test('with Blue Ocean alone, fails nothing', async () => {
    const plugins = { wfapi: false, graphView: false, blueOcean: true, converter };
    const result = await run({ ...wholeFake, plugins });
    expect(failed(result)).toEqual([]);
    expect(result.leftBehind).toEqual([]);
  });

  test('with a foreign root URL and no crumbs, is as good as at home', async () => {
    const result = await run({ ...wholeFake, rootUrl: 'https://elsewhere.test/other/', crumbs: false });
    expect(failed(result)).toEqual([]);
    expect(Object.keys(untested(result)).toSorted()).toEqual(elsewhere.toSorted());
  });

  test('as a user with few rights, names the rights and fails nothing', async () => {
    const result = await run(wholeFake, { user: 'dev' });
    expect(failed(result)).toEqual([]);
    expect(untested(result)).toMatchObject({
      'branches from svn':
        'the user may not list the plugins, so it is not known whether subversion is there',
      'an account is made and removed': expect.stringContaining('Administer') as string,
    });
    expect(result.leftBehind).toEqual([
      expect.stringMatching(/^the folder armillary-.* lacks the permission hudson\.model\.Item\.Delete$/u),
    ]);
  });

  test('that may not be disturbed, is not', async () => {
    const watched = watchCalls();
    const settings = { url: '', user: 'admin', token: '', disruptive: false };
    const result = await run(wholeFake, { settings });
    const disturbing = ['quietDown', 'reload', 'restart'].map((name) => `system.${name}`);
    const taken = watched.taken();
    watched.end();
    expect(result.leftBehind).toEqual([]);
    expect([...disturbing, 'casc.apply', 'script.run'].filter((name) => taken.has(name))).toEqual([]);
  });
});

test('an interruption ends the case that runs, starts no other, and removes everything', async () => {
  const interrupted = new AbortController();
  const result = await run(wholeFake, {
    signal: interrupted.signal,
    report: ({ name }) => {
      // The next case waits for a build that ends when it is stopped.
      if (name === 'a failing build tells so') setTimeout(() => interrupted.abort(), 1);
    },
  });
  expect(result.leftBehind).toEqual([]);
  expect(failed(result)).toEqual([]);
  expect(result.results.at(-1)).toMatchObject({ reason: 'the run was interrupted' });
});
