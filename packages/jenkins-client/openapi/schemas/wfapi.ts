/** JSON of the plugin pipeline-rest-api (`wfapi`). */
import { Type } from 'typebox';
import { answer, duration, millis, nullable } from './shape.ts';

const links = Type.Optional(
  Type.Record(
    Type.String(),
    Type.Object({ href: Type.String({ description: 'A path with the prefix of Jenkins.' }) }),
  ),
);

const status = Type.Enum([
  'NOT_EXECUTED',
  'ABORTED',
  'SUCCESS',
  'IN_PROGRESS',
  'PAUSED_PENDING_INPUT',
  'FAILED',
  'UNSTABLE',
]);

const error = Type.Optional(
  Type.Object({ message: nullable(Type.String()), type: Type.String({ description: 'The Java class.' }) }),
);

const node = {
  _links: links,
  id: Type.String(),
  name: Type.String(),
  execNode: Type.String(),
  status,
  error,
  startTimeMillis: millis,
  durationMillis: duration,
  pauseDurationMillis: duration,
};

/** A step. */
const FlowNode = answer('WfapiStep', 'A step of a stage.', {
  ...node,
  parameterDescription: Type.Optional(Type.String({ description: 'The main argument, shortened.' })),
  parentNodes: Type.Array(Type.String()),
});

/** A stage. */
const StageNode = answer('WfapiStage', 'A stage. Its steps are there when asked for.', {
  ...node,
  stageFlowNodes: Type.Optional(Type.Array(FlowNode)),
});

/** A build with its stages. */
export const RunDescription = answer('WfapiRun', 'A build with its stages.', {
  _links: links,
  id: Type.String(),
  name: Type.String(),
  status,
  startTimeMillis: millis,
  endTimeMillis: millis,
  durationMillis: duration,
  queueDurationMillis: duration,
  pauseDurationMillis: duration,
  stages: Type.Array(StageNode),
});

/** An input that waits for somebody. */
export const PendingInput = answer('WfapiInput', 'An input that a build waits for.', {
  id: Type.String(),
  message: Type.String(),
  proceedText: Type.String({ description: 'The text of its button.' }),
  inputs: Type.Array(
    Type.Object({
      name: Type.String(),
      type: nullable(Type.String({ description: 'The simple class name of the parameter.' })),
      description: Type.Optional(nullable(Type.String())),
      definition: Type.Optional(
        Type.Object(
          {
            defaultVal: Type.Optional(Type.Union([Type.String(), Type.Boolean(), Type.Null()])),
            choices: Type.Optional(Type.Array(Type.String())),
          },
          { additionalProperties: true },
        ),
      ),
    }),
  ),
  proceedUrl: Type.String(),
  abortUrl: Type.String(),
  redirectApprovalUrl: nullable(Type.String()),
});
