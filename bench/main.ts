/** `npm run bench -- NAME`: runs one benchmark. Each prints ratios against a peer measured in the same run. */
import { benchEmbeddedApi } from './embedded-api.ts';
import { benchTektonRunner } from './tekton-runner.ts';
import { benchJenkinsClient } from './jenkins-client.ts';
import { benchJenkinsClientLog } from './jenkins-client-log.ts';
import { benchJenkinsfile } from './jenkinsfile.ts';
import { benchNotifications } from './notifications.ts';
import { benchNodeLb } from './node-lb.ts';
import { benchTekton } from './tekton.ts';

const benchmarks: Record<string, () => Promise<void> | void> = {
  'embedded-api': benchEmbeddedApi,
  'jenkins-client': benchJenkinsClient,
  'jenkins-client-log': benchJenkinsClientLog,
  jenkinsfile: benchJenkinsfile,
  'node-lb': benchNodeLb,
  notifications: () => benchNotifications(),
  tekton: benchTekton,
  'tekton-runner': benchTektonRunner,
};

const benchmark = benchmarks[process.argv[2] ?? ''];
if (benchmark) await benchmark();
else {
  console.error(`usage: npm run bench -- ${Object.keys(benchmarks).join('|')}`);
  process.exitCode = 2;
}
