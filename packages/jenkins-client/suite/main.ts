/**
 * `npm run test:jenkins`: runs the suite against a real server.
 *
 *     JENKINS_URL=https://ci.example.com JENKINS_USER=me JENKINS_TOKEN=… npm run test:jenkins
 *
 * Optional: JENKINS_PASSWORD tries the way by password, too; JENKINS_GIT_URL names a repository with a Jenkinsfile that
 * the server can clone; JENKINS_DISRUPTIVE=1 allows to quiet the server down and to restart it; `--report FILE` writes
 * what was seen as a page. Everything is made below one new folder, and removed. Exit code 0 when nothing failed.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { connect } from '@armillary/jenkins-client';
import { areas } from './areas.ts';
import { compatibilityPage, resultLine, summary } from './report.ts';
import { runSuite } from './run.ts';

const { values } = parseArgs({ options: { report: { type: 'string' } } });
const {
  JENKINS_URL: url,
  JENKINS_USER: user,
  JENKINS_TOKEN: token,
  JENKINS_PASSWORD: password,
  JENKINS_GIT_URL: gitUrl,
  JENKINS_DISRUPTIVE: disruptive,
} = process.env;

if (!url || !user || !token) {
  console.error('Set JENKINS_URL, JENKINS_USER and JENKINS_TOKEN to name the server to test against.');
  process.exitCode = 2;
} else {
  const jenkins = connect({ url, auth: { user, token } });
  const result = await runSuite(areas, {
    jenkins,
    settings: {
      url,
      user,
      token,
      password: password || undefined,
      gitUrl: gitUrl || undefined,
      disruptive: disruptive === '1',
    },
    report: (one) => console.log(resultLine(one)),
  });
  await jenkins.close();
  console.log(summary(result));
  if (values.report !== undefined) writeFileSync(values.report, compatibilityPage(result));
  process.exitCode =
    result.leftBehind.length > 0 || result.results.some(({ outcome }) => outcome === 'failed') ? 1 : 0;
}
