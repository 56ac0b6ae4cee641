/**
 * Shows what the builds of a folder wait for, and approves the inputs of an id when one is given:
 *
 *     JENKINS_URL=https://ci.example.com JENKINS_USER=ada JENKINS_TOKEN=… \
 *       node examples/jenkins/answer-inputs.ts shop [Release]
 */
import { connect, snapshotBuilds } from '@armillary/jenkins-client';

const { JENKINS_URL: url = '', JENKINS_USER: user = '', JENKINS_TOKEN: token = '' } = process.env;
const [folder = '', approved] = process.argv.slice(2);

const jenkins = connect({ url, auth: { user, token } });
const { jobs } = await snapshotBuilds(jenkins.connection, { items: [jenkins.item(folder).path] });
for (const { path, builds } of jobs) {
  for (const { number } of builds.filter(({ waitingForInput }) => waitingForInput)) {
    for (const input of await jenkins
      .item(...path)
      .buildRef(number)
      .inputs()) {
      process.stdout.write(`${path.join('/')} #${number}: ${input.id}: ${input.message}\n`);
      if (input.id === approved) await input.approve();
    }
  }
}
await jenkins.close();
