import { defineKind, type KindObject } from '@armillary/resource';
import { Type, type Static } from 'typebox';
import { devopsKind, optionalString } from './fields.ts';
import { annotation } from './metadata.ts';
import { PipelineSpec } from './pipeline.ts';

const Time = Type.Optional(Type.String({ format: 'date-time' }));

const RunCondition = Type.Object({
  type: Type.String({ description: 'Ready or Succeeded' }),
  status: Type.String({ description: 'True, False or Unknown' }),
  lastProbeTime: Time,
  lastTransitionTime: Time,
  reason: optionalString,
  message: optionalString,
});
/** One condition of a run. The list has the latest probe first. */
export type RunCondition = Static<typeof RunCondition>;

const RunStatus = Type.Object({
  phase: Type.Optional(
    Type.String({ description: 'Pending, Running, Succeeded, Failed, Unknown or Cancelled' }),
  ),
  startTime: Time,
  completionTime: Time,
  updateTime: Time,
  conditions: Type.Optional(Type.Array(RunCondition)),
});
/** The state of a run. */
export type RunStatus = Static<typeof RunStatus>;

/** The phases of a run. */
export type RunPhase = 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown' | 'Cancelled';

/** devops.kubesphere.io/v1alpha3 PipelineRun: one run of a Pipeline on whichever engine. */
export const pipelineRunKind = defineKind({
  ...devopsKind,
  kind: 'PipelineRun',
  plural: 'pipelineruns',
  shortNames: ['pr'],
  scope: 'Namespaced',
  versions: [
    {
      name: 'v1alpha3',
      served: true,
      storage: true,
      schema: Type.Object({
        spec: Type.Object({
          pipelineRef: Type.Object({
            apiVersion: optionalString,
            kind: optionalString,
            namespace: optionalString,
            name: optionalString,
            uid: optionalString,
            resourceVersion: optionalString,
            fieldPath: optionalString,
          }),
          pipelineSpec: Type.Optional(PipelineSpec),
          parameters: Type.Optional(Type.Array(Type.Object({ name: Type.String(), value: Type.String() }))),
          scm: Type.Optional(Type.Object({ refType: Type.String(), refName: Type.String() })),
          action: Type.Optional(Type.String({ description: 'Stop, Pause or Resume' })),
        }),
        status: Type.Optional(RunStatus),
      }),
      subresources: { status: {} },
      additionalPrinterColumns: [
        {
          name: 'ID',
          type: 'string',
          jsonPath: `.metadata.annotations.${annotation.runId.replaceAll('.', '\\.')}`,
          description: 'The number of the run',
        },
        {
          name: 'Phase',
          type: 'string',
          jsonPath: '.status.phase',
          description: 'The phase of a PipelineRun',
        },
        {
          name: 'Reason',
          type: 'string',
          jsonPath: '.status.conditions[?(@.type=="Succeeded")].reason',
          description: 'Why the run is in its phase',
        },
        {
          name: 'Age',
          type: 'date',
          jsonPath: '.metadata.creationTimestamp',
          description: 'The age of a PipelineRun',
        },
      ],
    },
  ],
});

/** An object of {@link pipelineRunKind}. */
export type PipelineRun = KindObject<typeof pipelineRunKind>;
