import { connect, type Jenkins } from '@armillary/jenkins-client';
import { startFakeJenkins, type FakeJenkins, type FakeOptions } from '@armillary/jenkins-client/testing';
import {
  ControllerManager,
  coreV1,
  isNotFound,
  KubeClient,
  loadKubeconfig,
  systemClock,
  type KubeObject,
  type Secret,
} from '@armillary/kube';
import {
  devopsKinds,
  devopsProjectKind,
  pipelineKind,
  pipelineRunKind,
  pipelinesControllers,
  type DevOpsProject,
  type JenkinsEngineOptions,
  type Pipeline,
  type PipelineRun,
  type PipelineSpec,
  type PipelinesOptions,
} from '@armillary/pipelines';
import { tektonKinds } from '@armillary/tekton';
import { temporaryFolder } from './armillary.ts';
import { eventually } from './process.ts';
import { serveKinds } from './serve-kinds.ts';
import { startApi, type Api } from './start-api.ts';

type EngineOptions = Partial<Omit<JenkinsEngineOptions, 'jenkins'>>;

const apiVersion = 'devops.kubesphere.io/v1alpha3';

/** An API server, a fake Jenkins, and the controllers of KubeSphere DevOps between them, all in this process. */
export class JenkinsWorld {
  readonly fake: FakeJenkins;
  readonly jenkins: Jenkins;
  readonly client: KubeClient;
  readonly kubeconfig: string;
  readonly #api: Api;
  readonly #folder: { path: string; remove(): Promise<void> };
  #manager: ControllerManager | undefined;

  private constructor(
    folder: { path: string; remove(): Promise<void> },
    api: Api,
    client: KubeClient,
    fake: FakeJenkins,
  ) {
    this.#folder = folder;
    this.#api = api;
    this.kubeconfig = api.kubeconfig;
    this.client = client;
    this.fake = fake;
    this.jenkins = connect({
      url: fake.url,
      auth: { user: 'admin', token: fake.users.admin.token },
      timeoutMs: 10_000,
    });
  }

  static async start(options: FakeOptions = {}): Promise<JenkinsWorld> {
    const folder = await temporaryFolder();
    const api = await startApi(folder.path);
    const client = new KubeClient(await loadKubeconfig({ path: api.kubeconfig }));
    await serveKinds(client, [...devopsKinds, ...tektonKinds]);
    return new JenkinsWorld(folder, api, client, await startFakeJenkins(options));
  }

  /** Starts the controllers; the default engine is Jenkins. */
  async control(options: EngineOptions = {}): Promise<void> {
    const engine = { activePollMs: 50, idlePollMs: 200, resyncMs: 60_000, ...options, jenkins: this.jenkins };
    await this.#control({ defaultEngine: 'jenkins', jenkins: engine });
  }

  /** Starts the controllers without a Jenkins, and with their clock so many milliseconds ahead. */
  async controlWithoutJenkins(aheadMs: number): Promise<void> {
    await this.#control({ clock: { ...systemClock, now: () => Date.now() + aheadMs } });
  }

  async #control(options: Omit<PipelinesOptions, 'manager'>): Promise<void> {
    const manager = new ControllerManager({ client: this.client, freezeObjects: true });
    for (const controller of pipelinesControllers({ manager, ...options })) manager.add(controller);
    this.#manager = manager;
    manager.start().catch(() => undefined);
    await eventually('the controllers to run', () => manager.readiness().ok);
  }

  /** Ends the controllers, as a restart of their process does. */
  async leave(): Promise<void> {
    await this.#manager?.stop();
    this.#manager = undefined;
  }

  async close(): Promise<void> {
    await this.leave();
    await this.jenkins.close();
    await this.fake.close();
    await this.client.close();
    await this.#api.close();
    await this.#folder.remove();
  }

  /** Creates a project and waits for its namespace. */
  async project(name: string): Promise<void> {
    const metadata = { name };
    await this.client
      .resource<DevOpsProject>(devopsProjectKind)
      .create({ apiVersion, kind: 'DevOpsProject', metadata });
    await eventually(`the namespace ${name}`, () => this.find(coreV1.namespaces, name, ''));
  }

  async pipeline(namespace: string, name: string, spec: PipelineSpec): Promise<Pipeline> {
    return this.client
      .resource<Pipeline>(pipelineKind)
      .create({ apiVersion, kind: 'Pipeline', metadata: { namespace, name }, spec });
  }

  /** Creates a Pipeline whose Jenkinsfile is its name, and waits for its job. */
  async job(namespace: string, name: string, settings: object = {}): Promise<void> {
    await this.pipeline(namespace, name, plain(name, settings));
    await this.synced(namespace, name);
  }

  /** Waits until a Pipeline's job is as it says. */
  async synced(namespace: string, name: string): Promise<void> {
    await eventually(`the job ${name}`, async () => {
      const { annotations = {} } = (await this.getPipeline(namespace, name))?.metadata ?? {};
      return annotations['pipeline.devops.kubesphere.io/syncstatus'] === 'successful';
    });
  }

  /** Lets the builds of a job wait until the gate that is given back is opened. */
  hold(namespace: string, name: string): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.fake.runs(`${namespace}/${name}`, () => promise);
    return resolve;
  }

  /** How many builds a job has; -1 when there is no job. */
  builds(namespace: string, name: string): number {
    return this.fake.job(`${namespace}/${name}`)?.builds.length ?? -1;
  }

  async run(
    namespace: string,
    name: string,
    spec: PipelineRun['spec'],
    annotations: Record<string, string> = {},
  ): Promise<PipelineRun> {
    const metadata = { namespace, name, annotations };
    return this.client
      .resource<PipelineRun>(pipelineRunKind)
      .create({ apiVersion, kind: 'PipelineRun', metadata, spec });
  }

  async secret(namespace: string, name: string, type: string, values: Record<string, string>): Promise<void> {
    const data = Object.fromEntries(
      Object.entries(values).map(([key, value]) => [key, Buffer.from(value).toString('base64')]),
    );
    await this.client
      .resource<Secret>(coreV1.secrets)
      .create({ apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name }, type, data });
  }

  getRun(namespace: string, name: string): Promise<PipelineRun | undefined> {
    return this.find<PipelineRun>(pipelineRunKind, name, namespace);
  }

  getPipeline(namespace: string, name: string): Promise<Pipeline | undefined> {
    return this.find<Pipeline>(pipelineKind, name, namespace);
  }

  async runs(namespace: string): Promise<PipelineRun[]> {
    return (await this.client.resource<PipelineRun>(pipelineRunKind).list({ namespace })).items;
  }

  /** Waits until a run is in a phase. */
  phase(namespace: string, name: string, ...phases: string[]): Promise<PipelineRun> {
    return eventually(`${name} to be ${phases.join(' or ')}`, async () => {
      const run = await this.getRun(namespace, name);
      return phases.includes(run?.status?.phase ?? '') && run;
    });
  }

  /** The object, or undefined. */
  async find<T extends KubeObject>(
    type: Parameters<KubeClient['resource']>[0],
    name: string,
    namespace: string,
  ): Promise<T | undefined> {
    try {
      return (await this.client.resource(type).get(name, namespace === '' ? {} : { namespace })) as T;
    } catch (error) {
      if (isNotFound(error)) return undefined;
      throw error;
    }
  }
}

/** A plain pipeline. */
export function plain(jenkinsfile: string, pipeline: object = {}): PipelineSpec {
  return { type: 'pipeline', pipeline: { name: 'p', jenkinsfile, ...pipeline } };
}

/** Why a run is in its phase. */
export function reasonOf(run: PipelineRun): string | undefined {
  return run.status?.conditions?.find(({ type }) => type === 'Succeeded')?.reason;
}
