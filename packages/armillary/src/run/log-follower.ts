import { coreV1, podLogs, type ControllerManager, type KubeClient, type Pod } from '@armillary/kube';
import { namespace } from './manifests.ts';

/**
 * Follows the logs of all containers of the run's pods as they start, and passes them on in whole lines, each with
 * the container it came from.
 */
export class LogFollower {
  readonly #client: KubeClient;
  readonly #write: (prefix: string, line: string) => void;
  readonly #followed = new Map<string, Promise<void>>();

  constructor(client: KubeClient, manager: ControllerManager, write: (prefix: string, line: string) => void) {
    this.#client = client;
    this.#write = write;
    manager
      .informer(coreV1.pods)
      .onEvent({ added: (pod) => this.#look(pod), updated: (_, pod) => this.#look(pod) });
  }

  #look(pod: Pod): void {
    if (pod.metadata.namespace !== namespace) return;
    for (const container of pod.status?.containerStatuses ?? []) {
      const { running, terminated } = container.state ?? {};
      const id = `${pod.metadata.name!}/${container.name}`;
      if ((!running && !terminated) || this.#followed.has(id)) continue;
      this.#followed.set(id, this.#follow(pod.metadata.name!, container.name));
    }
  }

  async #follow(pod: string, container: string): Promise<void> {
    const decoder = new TextDecoder();
    const prefix = `${pod.replace(/-pod$/, '')}/${container.replace(/^step-/, '')}`;
    let rest = '';
    for await (const chunk of podLogs(this.#client, { namespace, pod, container, follow: true })) {
      const lines = (rest + decoder.decode(chunk, { stream: true })).split('\n');
      rest = lines.pop()!;
      for (const line of lines) this.#write(prefix, line);
    }
    if (rest !== '') this.#write(prefix, rest);
  }

  /** Once the run has ended: resolves when the log of every container that ran has been passed on to its end. */
  async drained(): Promise<void> {
    // The run may be known to have ended before the informer has shown its last containers.
    const { items } = await this.#client.resource(coreV1.pods).list({ namespace });
    for (const pod of items) this.#look(pod);
    await Promise.all(this.#followed.values());
  }
}
