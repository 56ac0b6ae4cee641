/** A fake server with a folder `team`, for the tests of this folder. Only for this package: it is not published. */
import { afterEach, beforeEach } from 'vitest';
import { connect } from '../connect.ts';
import type { Clock } from '../connection.ts';
import type { Jenkins } from '../jenkins.ts';
import { startFakeJenkins, type FakeJenkins } from '../testing/index.ts';
import { completeSpec } from './kinds.ts';
import type { InlinePipelineSpec } from './spec.ts';

/** Where the tests put their pipeline. */
export const path = ['team', 'p1'];

/** All that a Pipeline of KubeSphere without a repository can hold. */
export const kubesphere: InlinePipelineSpec = completeSpec({
  kind: 'inline',
  description: 'a pipeline <of> "KubeSphere" & co',
  script: "pipeline {\n  agent any\n  stages { stage('x') { steps { sh 'echo ${WHO}' } } }\n}\n",
  parameters: [
    { type: 'string', name: 'WHO', default: 'world', description: 'who to greet' },
    { type: 'text', name: 'NOTES', default: 'a\nb' },
    { type: 'boolean', name: 'FAIL', default: true },
    { type: 'choice', name: 'LEVEL', choices: ['low', 'mid', 'high'] },
    { type: 'password', name: 'PW', default: 's3cret' },
  ],
  discarder: { daysToKeep: 7, buildsToKeep: 10 },
  concurrentBuilds: false,
  triggers: { cron: 'H H * * *', remoteToken: 'remote-token' },
});

/** As it reads back: secrets are never told. */
export const kubesphereRead: InlinePipelineSpec = {
  ...kubesphere,
  parameters: [...(kubesphere.parameters ?? []).slice(0, 4), { type: 'password', name: 'PW' }],
};

export const simple: InlinePipelineSpec = { kind: 'inline', script: 'echo 1' };

/** The server of the test that runs. */
export class FakeTeam {
  fake!: FakeJenkins;
  jenkins!: Jenkins;
  #now = 0;

  /** Waits pass at once and take their time all the same, so that no test depends on how fast the machine is. */
  readonly clock: Clock = {
    now: () => this.#now,
    sleep: (ms) => {
      this.#now += ms;
      return new Promise((resolve) => setImmediate(resolve));
    },
  };

  /** Starts the server before each test of a file and stops it after. */
  constructor() {
    beforeEach(async () => {
      this.fake = await startFakeJenkins({ prefix: '/jenkins' });
      this.jenkins = this.as('admin');
      await this.jenkins.folders.create('team');
      this.fake.clearRequests();
    });
    afterEach(async () => {
      await this.jenkins.close();
      await this.fake.close();
    });
  }

  /** A client of a user; `fetch` lets a test meddle. */
  as(user: 'admin' | 'viewer', fetch?: (url: string, init: RequestInit) => Promise<Response>): Jenkins {
    const { token } = this.fake.users[user];
    return connect({ url: this.fake.url, auth: { user, token }, clock: this.clock, ...(fetch && { fetch }) });
  }

  /** What was asked so far, reading left out. */
  get writes(): string[] {
    const { requests } = this.fake;
    return requests
      .filter(({ method }) => method !== 'GET')
      .map((request) => `${request.method} ${request.path}`);
  }

  /** Changes a stored configuration as somebody else would. */
  async postConfig(change: (text: string) => string, job = 'team/p1'): Promise<void> {
    const text = change(this.fake.job(job)?.configXml ?? '');
    const response = await this.jenkins.raw.request({
      method: 'POST',
      path: `${job.replace(/^|\//g, (slash) => `${slash}job/`)}/config.xml`,
      body: { type: 'application/xml', text },
    });
    await response.discard();
  }
}
