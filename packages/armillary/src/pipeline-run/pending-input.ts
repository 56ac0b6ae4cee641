import type { Jenkins, PendingInput } from '@armillary/jenkins-client';
import { buildOfRun, engineOf, hasEnded, toldBy, type PipelineRun } from '@armillary/pipelines';
import { CommandError } from '../command-error.ts';
import { needJenkins } from './need-jenkins.ts';

/**
 * The input that a run waits for; without an id, the only one. Throws a usage error that lists them when it takes an id
 * to tell which, a failure when it waits for none, and what the client throws.
 */
export async function pendingInput(
  run: PipelineRun,
  jenkins: Jenkins | undefined,
  id: string | undefined,
): Promise<PendingInput> {
  const { name = '' } = run.metadata;
  const engine = engineOf(run);
  if (hasEnded(run)) throw new CommandError('failure', `${name} is over already: ${toldBy(run)}`);
  if (engine === undefined) throw new CommandError('failure', `${name} has not started yet: ${toldBy(run)}`);
  if (engine !== 'jenkins')
    throw new CommandError(
      'failure',
      `${name} runs on ${engine}: approvals are not there yet on that engine, only on Jenkins`,
    );
  const pending = await buildOfRun(needJenkins(jenkins, run), run).inputs();
  if (pending.length === 0)
    throw new CommandError('failure', `${name} waits for no input. It says: ${toldBy(run)}`);
  const found = id === undefined ? pending : pending.filter((input) => input.id === id);
  const [input] = found;
  if (input !== undefined && found.length === 1) return input;
  const list = pending.map((each) => `\n  ${each.id}  ${each.message}`).join('');
  if (id === undefined)
    throw new CommandError('usage', `${name} waits for several inputs; say which by --input:${list}`);
  throw new CommandError('failure', `${name} does not wait for the input "${id}", but for:${list}`);
}
