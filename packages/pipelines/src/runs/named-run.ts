import { isNotFound, type KubeClient, type ResourceClient } from '@armillary/kube';
import { pipelineRunKind, type PipelineRun } from '../kinds/pipeline-run.ts';
import { RunError } from './run-error.ts';
import { isPassing, PATIENCE, pause } from './passing-fault.ts';

/** A watch that brings not even a bookmark for so long, in milliseconds, is taken for dead. */
const IDLE_MS = 300_000;

/** A PipelineRun of devops.kubesphere.io on its server. */
export class NamedRun {
  readonly client: KubeClient;
  readonly namespace: string;
  readonly name: string;
  readonly runs: ResourceClient<PipelineRun>;

  constructor(client: KubeClient, namespace: string, name: string) {
    this.client = client;
    this.namespace = namespace;
    this.name = name;
    this.runs = client.resource<PipelineRun>(pipelineRunKind);
  }

  /** The run as it is now. Throws RunError when there is none. */
  async get(signal?: AbortSignal): Promise<PipelineRun> {
    try {
      return await this.runs.get(this.name, { namespace: this.namespace, signal });
    } catch (error) {
      if (!isNotFound(error)) throw error;
      throw new RunError(
        `there is no pipelineruns.devops.kubesphere.io ${this.name} in the namespace ${this.namespace}`,
        { cause: error },
      );
    }
  }

  /**
   * The run as it is now, then every time it changes, through restarts of the server. Throws RunError when it is not
   * there or deleted, what the server refuses, and what goes wrong for too long.
   */
  async *states(signal?: AbortSignal): AsyncGenerator<PipelineRun, void> {
    const { namespace, name } = this;
    const one = { namespace, fieldSelector: `metadata.name=${name}`, idleTimeoutMs: IDLE_MS, signal };
    let uid: string | undefined;
    for (let failures = 0; ;) {
      try {
        const now = await this.get(signal);
        failures = 0;
        uid ??= now.metadata.uid;
        yield this.#same(now, uid);
        // Without a version to begin at, the watch begins with the present state: nothing is missed between the two.
        for await (const event of this.runs.watch(one)) {
          if (event.type === 'BOOKMARK') continue;
          yield this.#same(event.type === 'DELETED' ? undefined : event.object, uid);
        }
      } catch (error) {
        signal?.throwIfAborted();
        if (!isPassing(error) || ++failures > PATIENCE) throw error;
      }
      await pause(failures, signal);
    }
  }

  /** A run that was made anew under the same name is another one. */
  #same(run: PipelineRun | undefined, uid: string | undefined): PipelineRun {
    if (run !== undefined && run.metadata.uid === uid) return run;
    throw new RunError(`the run ${this.name} was deleted`);
  }
}
