import type { StageState } from '../../stage-state.ts';
import type { BlueNode } from '../blue-ocean/blue-nodes.ts';

/** What a failure or a question says at most. */
const MAX_TEXT = 300;

/** The stages of a build in the words that every engine uses. `errors` says why steps failed, by their ids. */
export function stageStates(nodes: readonly BlueNode[], errors: ReadonlyMap<string, string>): StageState[] {
  return nodes.map((node) => {
    const state = stateOf(node);
    const input = node.steps.find((step) => step.input !== null)?.input;
    const error = node.steps.map(({ id }) => errors.get(id)).find((text) => text !== undefined);
    return {
      name: node.displayName,
      state,
      ...(state === 'Failed' && error !== undefined && { failure: error.slice(0, MAX_TEXT) }),
      ...(state === 'Failed' && node.result === 'UNSTABLE' && { failure: 'unstable' }),
      ...(state === 'Paused' &&
        input && { input: { id: input.id, message: input.message.slice(0, MAX_TEXT) } }),
    };
  });
}

function stateOf({ state, result }: BlueNode): StageState['state'] {
  if (state === 'QUEUED') return 'Pending';
  if (state === 'RUNNING') return 'Running';
  if (state === 'PAUSED') return 'Paused';
  if (state === 'SKIPPED' || state === 'NOT_BUILT' || result === 'NOT_BUILT') return 'Skipped';
  if (result === 'ABORTED') return 'Cancelled';
  return result === 'SUCCESS' ? 'Succeeded' : 'Failed';
}
