/**
 * Keeps a team's pipelines as they are written here. Run it as often as you like: it writes only what differs, and
 * leaves settings alone that others made. With `--plan` it writes nothing and tells what it would do.
 *
 *     JENKINS_URL=https://ci.example.com JENKINS_USER=ada JENKINS_TOKEN=… \
 *       node examples/jenkins/apply-pipelines.ts --plan
 */
import { connect, type PipelineSpec } from '@armillary/jenkins-client';

const { JENKINS_URL: url = '', JENKINS_USER: user = '', JENKINS_TOKEN: token = '' } = process.env;

const repository = (name: string): PipelineSpec => ({
  kind: 'multibranch',
  sources: [{ type: 'git', id: name, url: `https://git.example.com/shop/${name}.git` }],
  orphans: { daysToKeep: 7 },
  scanIntervalMs: 3_600_000,
});

const pipelines: Readonly<Record<string, PipelineSpec>> = {
  api: repository('api'),
  web: repository('web'),
  nightly: {
    kind: 'inline',
    script: "node { sh './nightly.sh' }",
    discarder: { buildsToKeep: 30 },
    triggers: { cron: 'H 2 * * *' },
  },
};

const jenkins = connect({ url, auth: { user, token } });
const planned = process.argv.includes('--plan');
if (!planned) await jenkins.folders.create('shop', { ifMissing: true });
for (const [name, spec] of Object.entries(pipelines)) {
  const { action, differences } = await jenkins.pipelines[planned ? 'plan' : 'apply'](['shop', name], spec);
  process.stdout.write(`shop/${name}: ${action}\n`);
  for (const { path } of differences) process.stdout.write(`  ${path}\n`);
}
await jenkins.close();
