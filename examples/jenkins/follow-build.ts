/**
 * Starts a build, prints its log while it runs, and exits with its verdict:
 *
 *     JENKINS_URL=https://ci.example.com JENKINS_USER=ada JENKINS_TOKEN=… \
 *       node examples/jenkins/follow-build.ts shop/web VERSION=2.0
 *
 * Ctrl-C stops the build, harder until it ends.
 */
import { connect } from '@armillary/jenkins-client';

const { JENKINS_URL: url = '', JENKINS_USER: user = '', JENKINS_TOKEN: token = '' } = process.env;
const [path = '', ...values] = process.argv.slice(2);
const parameters = Object.fromEntries(values.map((value) => value.split(/=(.*)/s).slice(0, 2)));

const jenkins = connect({ url, auth: { user, token } });
const request = await jenkins.item(path).build(parameters);
const build = await request.started();
process.once('SIGINT', () => void build.stop({ escalate: true }));

for await (const { bytes } of build.log()) process.stdout.write(bytes);
const { result } = await build.finished();
await jenkins.close();
process.exitCode = result === 'SUCCESS' ? 0 : 1;
