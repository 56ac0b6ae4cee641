import { defineKind, type KindObject } from '@armillary/resource';
import { Type, type Static } from 'typebox';
import { devopsKind, optionalBoolean, optionalString } from './fields.ts';
import { Discarder, MultiBranchPipeline, TimerTrigger } from './multi-branch.ts';

const WebhookVariables = Type.Optional(
  Type.Array(Type.Object({ key: optionalString, regexp_filter: optionalString })),
);

const PlainPipeline = Type.Object({
  name: Type.String(),
  description: optionalString,
  discarder: Type.Optional(Discarder),
  parameters: Type.Optional(
    Type.Array(
      Type.Object({
        name: Type.String(),
        default_value: optionalString,
        type: Type.String({ description: 'string, choice, text, boolean, file or password' }),
        description: optionalString,
        is_quoted: optionalBoolean,
      }),
    ),
  ),
  parameters_from: Type.Optional(
    Type.Array(
      Type.Object({
        kind: Type.String(),
        mode: Type.String(),
        name: Type.String(),
        values_key: Type.String(),
      }),
    ),
  ),
  disable_concurrent: optionalBoolean,
  timer_trigger: Type.Optional(TimerTrigger),
  remote_trigger: Type.Optional(Type.Object({ token: optionalString })),
  generic_webhook: Type.Optional(
    Type.Object({
      enable: optionalBoolean,
      token: optionalString,
      cause: optionalString,
      print_variables: optionalBoolean,
      print_post_content: optionalBoolean,
      request_variables: WebhookVariables,
      header_variables: WebhookVariables,
      filter_text: optionalString,
      filter_expression: optionalString,
    }),
  ),
  jenkinsfile: optionalString,
});

/** `spec` of a Pipeline, and the snapshot of it that a run keeps. */
export const PipelineSpec = Type.Object({
  type: Type.String({ description: 'pipeline or multi-branch-pipeline' }),
  engine: Type.Optional(
    Type.Object({
      type: Type.Optional(Type.String({ description: 'What runs the pipeline: jenkins or tekton.' })),
    }),
  ),
  pipeline: Type.Optional(PlainPipeline),
  multi_branch_pipeline: Type.Optional(MultiBranchPipeline),
});
/** What a pipeline is. */
export type PipelineSpec = Static<typeof PipelineSpec>;

/** devops.kubesphere.io/v1alpha3 Pipeline. Its status is empty, as upstream's. */
export const pipelineKind = defineKind({
  ...devopsKind,
  kind: 'Pipeline',
  plural: 'pipelines',
  shortNames: ['pip'],
  scope: 'Namespaced',
  versions: [
    {
      name: 'v1alpha3',
      served: true,
      storage: true,
      schema: Type.Object({ spec: PipelineSpec, status: Type.Optional(Type.Object({})) }),
      additionalPrinterColumns: [
        { name: 'Type', type: 'string', jsonPath: '.spec.type', description: 'The type of a Pipeline' },
        {
          name: 'Engine',
          type: 'string',
          jsonPath: '.spec.engine.type',
          description: 'What runs the Pipeline',
        },
        {
          name: 'Age',
          type: 'date',
          jsonPath: '.metadata.creationTimestamp',
          description: 'The age of a Pipeline',
        },
      ],
    },
  ],
});

/** An object of {@link pipelineKind}. */
export type Pipeline = KindObject<typeof pipelineKind>;
