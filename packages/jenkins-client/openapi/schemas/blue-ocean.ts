/** JSON of Blue Ocean's REST interface, as far as it is read. Links and permissions come along unread. */
import { Type } from 'typebox';
import { ParameterDefinition } from './parameters.ts';
import { exported, nullable, open } from './shape.ts';

const state = Type.Enum(['QUEUED', 'RUNNING', 'PAUSED', 'SKIPPED', 'NOT_BUILT', 'FINISHED']);
const result = Type.Enum(['SUCCESS', 'UNSTABLE', 'FAILURE', 'NOT_BUILT', 'UNKNOWN', 'ABORTED']);
const time = nullable(Type.String({ description: 'ISO 8601 with a zone such as +0000.' }));

/** An input of a step. */
const BlueInput = exported('BlueInput', 'An input that a step waits for.', {
  _links: open,
  id: Type.String(),
  message: Type.String(),
  ok: Type.String(),
  submitter: nullable(Type.String()),
  parameters: Type.Array(ParameterDefinition),
});

const node = {
  _links: open,
  id: Type.String(),
  displayName: Type.String(),
  displayDescription: nullable(Type.String()),
  state: nullable(state),
  result: nullable(result),
  startTime: time,
  durationInMillis: nullable(Type.Integer()),
  input: nullable(BlueInput),
  type: Type.Enum(['STAGE', 'PARALLEL', 'STEP']),
  actions: Type.Array(open),
};

/** A stage or a branch of a parallel one. */
export const BlueNode = exported('BlueNode', 'A stage.', {
  ...node,
  causeOfBlockage: nullable(Type.String()),
  edges: Type.Array(
    exported('BlueEdge', 'The way to the next stage.', { id: Type.String(), type: Type.String() }),
  ),
  firstParent: nullable(Type.String()),
  restartable: Type.Boolean(),
});

/** A step. */
export const BlueStep = exported('BlueStep', 'A step.', node);

/** What Blue Ocean answers when it refuses. */
export const BlueError = Type.Object(
  { message: Type.String(), code: Type.Integer(), errors: Type.Array(open) },
  { $id: 'BlueError', description: 'Why Blue Ocean refuses.' },
);

/** An organisation; there is one, `jenkins`. */
export const BlueOrganization = exported('BlueOrganization', 'The organisation.', {
  _links: open,
  name: Type.String(),
  displayName: Type.String(),
});
