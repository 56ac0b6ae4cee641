/** JSON of the plugin pipeline-graph-view. */
import { Type, type TProperties } from 'typebox';
import { answer, duration, millis, nullable, reference } from './shape.ts';

/** All its answers come in an envelope. */
function enveloped<P extends TProperties>($id: string, description: string, data: P) {
  return answer($id, description, { status: Type.Enum(['ok', 'error']), data: Type.Object(data) });
}

const node = {
  id: Type.String(),
  name: Type.String(),
  title: Type.String(),
  state: Type.String({
    description:
      'One of `success`, `unstable`, `failure`, `aborted`, `not_built`, `skipped`, `queued`, `running`, `paused`, `unknown`.',
  }),
  startTimeMillis: Type.Optional(nullable(millis)),
  totalDurationMillis: Type.Optional(nullable(duration)),
  pauseDurationMillis: duration,
};

/** A stage with those inside. */
const GraphStage = answer('GraphStage', 'A stage, or a branch of a parallel one.', {
  ...node,
  type: Type.Enum(['STAGE', 'PARALLEL', 'PARALLEL_BLOCK', 'PIPELINE_START', 'STEP', 'STEPS_BLOCK']),
  children: Type.Array(reference('GraphStage')),
  isSequential: Type.Boolean(),
  synthetic: Type.Boolean({ description: 'Made by Jenkins, such as the checkout.' }),
  placeholder: Type.Boolean(),
  agent: Type.Optional(nullable(Type.String())),
  url: Type.String(),
});

/** A step. */
const GraphStep = answer('GraphStep', 'A step.', {
  ...node,
  type: Type.Enum(['STEP', 'PIPELINE_START']),
  stageId: Type.String(),
  inputStep: Type.Optional(nullable(Type.Object({}, { additionalProperties: true }))),
});

/** The stages of a build. */
export const GraphTree = enveloped('GraphTree', 'The stages of a build.', {
  complete: Type.Boolean(),
  stages: Type.Array(GraphStage),
});

/** The steps of a stage or of the whole build. */
export const GraphSteps = enveloped('GraphSteps', 'The steps of a stage, or of all.', {
  steps: Type.Array(GraphStep),
  runIsComplete: Type.Boolean(),
});
