import { Type } from 'typebox';
import { optionalString, optionalStringMap, optionalStrings } from './fields.ts';

/** An object of Kubernetes' core group that is only handed on: the API server checks it in the Deployment. */
const Open = Type.Unsafe<Record<string, unknown>>({
  type: 'object',
  'x-kubernetes-preserve-unknown-fields': true,
});
const openList = Type.Optional(Type.Array(Open));

/** The fields of a NotificationManager's `spec` that say how its pods run. */
export const podPart = {
  resources: Type.Optional(Open),
  image: optionalString,
  imagePullPolicy: optionalString,
  replicas: Type.Optional(Type.Integer({ format: 'int32' })),
  nodeSelector: optionalStringMap,
  affinity: Type.Optional(Open),
  tolerations: openList,
  serviceAccountName: optionalString,
  portName: optionalString,
  env: openList,
  volumes: openList,
  volumeMounts: openList,
  args: optionalStrings,
  annotations: optionalStringMap,
  labels: optionalStringMap,
};

/** A sidecar: the fields of a container, with `type` beside them. */
export const Sidecar = Type.Object(
  { type: Type.String(), name: optionalString, image: optionalString },
  { additionalProperties: true },
);
