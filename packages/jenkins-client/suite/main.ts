/**
 * `npm run test:jenkins`: runs the suite against a real server.
 *
 *     JENKINS_URL=https://ci.example.com JENKINS_USER=me JENKINS_TOKEN=… npm run test:jenkins
 *
 * Optional: JENKINS_PASSWORD tries the way by password, too; JENKINS_GIT_URL names a repository that the server can
 * clone, whose branches are scanned and whose Jenkinsfile is built; JENKINS_DISRUPTIVE=1 allows what others notice:
 * quieting down, reading the configuration again, a restart, a script; `-- --report FILE` writes what was seen as a
 * page. Everything is made below one new folder or under names of its own, and removed, also after Ctrl-C; a second
 * Ctrl-C ends at once. Exit code 0: nothing failed and nothing is left; 1: something did or is; 2: the suite could not
 * begin; 130: it was interrupted.
 *
 * `-- --fake` runs it against the fake server instead, which is told what the scripts of the suite do: it runs none.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { connect } from '@armillary/jenkins-client';
import { startFakeJenkins } from '@armillary/jenkins-client/testing';
import { areas } from './areas.ts';
import { compatibilityPage, resultLine, summary } from './report.ts';
import { runSuite, type SuiteOptions } from './run.ts';
import { asReal, gitUrl, wholeFake } from './whole-fake.ts';

const { values } = parseArgs({ options: { report: { type: 'string' }, fake: { type: 'boolean' } } });
const {
  JENKINS_URL: url,
  JENKINS_USER: user,
  JENKINS_TOKEN: token,
  JENKINS_PASSWORD: password,
  JENKINS_GIT_URL: repository,
  JENKINS_DISRUPTIVE: disruptive,
} = process.env;

if (values.fake === true) {
  await using fake = await startFakeJenkins(wholeFake);
  const { name, token: its, password: secret } = fake.users.admin;
  process.exitCode = await main(
    { url: fake.url, user: name, token: its, password: secret, gitUrl, disruptive: true },
    asReal(fake),
  );
} else if (!url || !user || !token) {
  console.error('Set JENKINS_URL, JENKINS_USER and JENKINS_TOKEN to name the server to test against.');
  process.exitCode = 2;
} else {
  process.exitCode = await main({
    url,
    user,
    token,
    password: password || undefined,
    gitUrl: repository || undefined,
    disruptive: disruptive === '1',
  });
}

/** Gives the exit code. */
async function main(
  settings: SuiteOptions['settings'],
  ofFake: Pick<SuiteOptions, 'teach' | 'begun'> = {},
): Promise<number> {
  const interrupted = interruption();
  const jenkins = connect({ url: settings.url, auth: { user: settings.user, token: settings.token } });
  try {
    const result = await runSuite(areas, {
      jenkins,
      settings,
      ...ofFake,
      signal: interrupted,
      report: (one) => console.log(resultLine(one)),
    });
    console.log(summary(result));
    if (values.report !== undefined) writeFileSync(values.report, compatibilityPage(result));
    if (interrupted.aborted) return 130;
    return result.leftBehind.length > 0 || result.results.some(({ outcome }) => outcome === 'failed') ? 1 : 0;
  } catch (error) {
    console.error(`The suite could not begin: ${error instanceof Error ? error.message : String(error)}`);
    return 2;
  } finally {
    await jenkins.close();
  }
}

/**
 * Aborted by the first signal to end; another one ends the process, whatever is left behind. npm passes on what the
 * terminal has sent already, so what comes right after the first is the same one.
 */
function interruption(): AbortSignal {
  const controller = new AbortController();
  let first = 0;
  const end = () => {
    if (controller.signal.aborted) {
      if (performance.now() - first > 1000) process.exit(130);
      return;
    }
    first = performance.now();
    console.error('Interrupted: removing what was made. Once more to end at once.');
    controller.abort();
  };
  process.on('SIGINT', end).on('SIGTERM', end);
  return controller.signal;
}
