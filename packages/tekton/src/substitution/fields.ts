/**
 * Which fields accept variables (docs/variables.md of tektoncd/pipeline), as paths: `[]` stands for every item of
 * a list, `{}` for every value of an object. A field that holds a list of strings takes whole arrays.
 */
export type FieldTable = readonly string[];

const env = ['env[].value', 'env[].valueFrom{}{}', 'envFrom[]{}{}'];
const container = [
  'image',
  'command',
  'args',
  'workingDir',
  'script',
  'imagePullPolicy',
  ...env,
  'volumeMounts[]{}',
];

/** Fields of a TaskSpec. */
export const taskFields: FieldTable = [
  ...container.map((field) => `steps[].${field}`),
  ...['onError', 'timeout', 'displayName', 'when[].input', 'when[].values', 'when[].cel'].map(
    (field) => `steps[].${field}`,
  ),
  ...['stdoutConfig.path', 'stderrConfig.path', 'ref.name', 'params[].value!'].map(
    (field) => `steps[].${field}`,
  ),
  ...container.map((field) => `stepTemplate.${field}`),
  ...container.map((field) => `sidecars[].${field}`),
  'volumes[].name',
  'volumes[]{}{}',
  'workspaces[].mountPath',
  'results[].value!',
  'displayName',
  'description',
];

/** Fields of one task of a pipeline; `!` marks a parameter value, which takes whole arrays and objects. */
export const pipelineTaskFields: FieldTable = [
  'params[].value!',
  'matrix.params[].value!',
  'matrix.include[].params[].value!',
  'when[].input',
  'when[].values',
  'when[].cel',
  'workspaces[].subPath',
  'displayName',
  'onError',
  'timeout',
  'taskRef.name',
  'taskRef.params[].value!',
];

/** Fields of the bindings of a run. */
export const workspaceFields: FieldTable = [
  'subPath',
  'persistentVolumeClaim.claimName',
  'configMap.name',
  'secret.secretName',
  'configMap.items[]{}',
  'secret.items[]{}',
];
