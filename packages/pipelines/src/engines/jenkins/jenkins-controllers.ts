import type { ControllerDefinition } from '@armillary/kube';
import { MetadataController } from './branches/metadata-controller.ts';
import { CredentialController } from './credentials/credential-controller.ts';
import { JobController } from './jobs/job-controller.ts';
import { JenkinsNews } from './news/jenkins-news.ts';
import { WatchController } from './news/watch-controller.ts';
import type { JenkinsEngine } from './options.ts';
import { FolderController } from './projects/folder-controller.ts';
import { HistoryController } from './runs/history-controller.ts';
import { JenkinsRunController } from './runs/run-controller.ts';

/**
 * The controllers of the engine Jenkins. They look after objects whose engine is Jenkins, and after nothing else:
 * each DevOpsProject has a folder, each credentials Secret a credential, each Pipeline a job, each run a build. One of
 * them alone looks at Jenkins for news; the others are woken by them.
 */
export function jenkinsControllers(engine: JenkinsEngine): ControllerDefinition[] {
  const news = new JenkinsNews(engine);
  // The list forgets which kind each is for; the manager asks only for the parts that all have.
  return [
    new FolderController(engine).definition(),
    new CredentialController(engine).definition(),
    new JobController(engine, news).definition(),
    new JenkinsRunController(engine, news).definition(),
    new HistoryController(engine, news).definition(),
    new MetadataController(engine, news).definition(),
    // Last: those who listen are there before it tells.
    new WatchController(engine, news).definition(),
  ] as unknown as ControllerDefinition[];
}
