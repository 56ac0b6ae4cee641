import type { StageState } from '../engines/stage-state.ts';
import type { NamedRun } from '../runs/named-run.ts';
import { pause } from '../runs/passing-fault.ts';
import { containerLog, findPod } from './container-log.ts';
import type { RunLogOptions } from './run-log-options.ts';
import { WholeLines } from './whole-lines.ts';

/** The log of a stage on Tekton while it is printed: its containers one after another. */
export class StageLog {
  /** Whether the stage has ended, as far as is known. */
  over = false;
  /** Resolves when everything is printed: with false when the pod is gone, and its log with it. */
  readonly printed: Promise<boolean>;

  constructor(run: NamedRun, stage: StageState & { readonly pod: string }, options: RunLogOptions) {
    this.printed = this.#print(run, stage, options);
  }

  async #print(
    { client, namespace }: NamedRun,
    { name: stage, pod, containers }: StageState & { readonly pod: string },
    { follow, output, signal }: RunLogOptions,
  ): Promise<boolean> {
    const where = { namespace, pod, signal };
    const over = (): boolean => this.over;
    let last = !follow;
    let found = await findPod(client, where);
    // A pod is named before it is made.
    while (found === undefined && !last) {
      await pause(0, signal);
      last = over();
      found = await findPod(client, where);
    }
    if (found === undefined) return false;
    // A run with very many stages does not tell the containers of each.
    const steps = found.spec?.containers.map(({ name }) => name).filter((name) => name.startsWith('step-'));
    for (const container of containers ?? steps ?? []) {
      const lines = new WholeLines();
      const origin = { stage, container };
      for await (const chunk of containerLog(client, { ...where, container, follow, over }))
        await output.lines(origin, lines.push(chunk));
      await output.lines(origin, lines.end());
    }
    return true;
  }
}
