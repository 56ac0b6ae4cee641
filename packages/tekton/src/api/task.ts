import { type Static, Type } from 'typebox';
import {
  KubernetesValue,
  optionalBoolean,
  optionalString,
  ParamSpec,
  Param,
  ParamValueSchema,
  PropertySpec,
  ResolverRef,
  Strings,
  WhenExpression,
} from './schema.ts';

export const EnvVar = Type.Object({
  name: Type.String(),
  value: optionalString,
  valueFrom: Type.Optional(KubernetesValue),
});
/** An environment variable of a step, as in a container. */
export type EnvVar = Static<typeof EnvVar>;

const containerFields = {
  image: optionalString,
  command: Type.Optional(Strings),
  args: Type.Optional(Strings),
  workingDir: optionalString,
  env: Type.Optional(Type.Array(EnvVar)),
  envFrom: Type.Optional(Type.Array(KubernetesValue)),
  computeResources: Type.Optional(KubernetesValue),
  volumeMounts: Type.Optional(Type.Array(KubernetesValue)),
  volumeDevices: Type.Optional(Type.Array(KubernetesValue)),
  imagePullPolicy: optionalString,
  securityContext: Type.Optional(KubernetesValue),
};

const WorkspaceUsage = Type.Object({ name: Type.String(), mountPath: optionalString });
const OutputPath = Type.Object({ path: optionalString });

export const ResultSpec = Type.Object({
  name: Type.String(),
  type: Type.Optional(Type.String({ description: 'string, array or object' })),
  description: optionalString,
  properties: Type.Optional(Type.Record(Type.String(), PropertySpec)),
  value: Type.Optional(ParamValueSchema),
});
/** A result that a task or a step declares. */
export type ResultSpec = Static<typeof ResultSpec>;

export const Step = Type.Object({
  name: optionalString,
  displayName: optionalString,
  ...containerFields,
  script: optionalString,
  timeout: optionalString,
  onError: Type.Optional(Type.String({ description: 'continue or stopAndFail' })),
  workspaces: Type.Optional(Type.Array(WorkspaceUsage)),
  stdoutConfig: Type.Optional(OutputPath),
  stderrConfig: Type.Optional(OutputPath),
  ref: Type.Optional(Type.Object({ name: optionalString, ...ResolverRef })),
  params: Type.Optional(Type.Array(Param)),
  results: Type.Optional(Type.Array(ResultSpec)),
  when: Type.Optional(Type.Array(WhenExpression)),
});
/** One container of a task; steps run one after another. */
export type Step = Static<typeof Step>;

const Sidecar = Type.Object({
  name: Type.String(),
  ...containerFields,
  script: optionalString,
  workspaces: Type.Optional(Type.Array(WorkspaceUsage)),
  ports: Type.Optional(Type.Array(KubernetesValue)),
  livenessProbe: Type.Optional(KubernetesValue),
  readinessProbe: Type.Optional(KubernetesValue),
  startupProbe: Type.Optional(KubernetesValue),
  lifecycle: Type.Optional(KubernetesValue),
  restartPolicy: optionalString,
  stdin: optionalBoolean,
  stdinOnce: optionalBoolean,
  tty: optionalBoolean,
  terminationMessagePath: optionalString,
  terminationMessagePolicy: optionalString,
});

export const WorkspaceDeclaration = Type.Object({
  name: Type.String(),
  description: optionalString,
  mountPath: optionalString,
  readOnly: optionalBoolean,
  optional: optionalBoolean,
});
/** A workspace that a task needs. */
export type WorkspaceDeclaration = Static<typeof WorkspaceDeclaration>;

/** The fields of a TaskSpec, shared with the task embedded in a pipeline. */
export const taskSpecFields = {
  displayName: optionalString,
  description: optionalString,
  params: Type.Optional(Type.Array(ParamSpec)),
  results: Type.Optional(Type.Array(ResultSpec)),
  workspaces: Type.Optional(Type.Array(WorkspaceDeclaration)),
  steps: Type.Optional(Type.Array(Step)),
  stepTemplate: Type.Optional(Type.Object(containerFields)),
  sidecars: Type.Optional(Type.Array(Sidecar)),
  volumes: Type.Optional(Type.Array(KubernetesValue)),
};

export const TaskSpec = Type.Object(taskSpecFields);
/** What a task does: parameters, results, workspaces and steps. */
export type TaskSpec = Static<typeof TaskSpec>;
