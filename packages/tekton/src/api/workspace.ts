import { type Static, Type } from 'typebox';
import { KubernetesValue, optionalBoolean, optionalString } from './schema.ts';

const KeyToPath = Type.Object({
  key: Type.String(),
  path: Type.String(),
  mode: Type.Optional(Type.Integer()),
});

export const WorkspaceBinding = Type.Object({
  name: Type.String(),
  subPath: optionalString,
  emptyDir: Type.Optional(KubernetesValue),
  persistentVolumeClaim: Type.Optional(Type.Object({ claimName: Type.String(), readOnly: optionalBoolean })),
  volumeClaimTemplate: Type.Optional(KubernetesValue),
  configMap: Type.Optional(
    Type.Object({
      name: optionalString,
      items: Type.Optional(Type.Array(KeyToPath)),
      defaultMode: Type.Optional(Type.Integer()),
      optional: optionalBoolean,
    }),
  ),
  secret: Type.Optional(
    Type.Object({
      secretName: optionalString,
      items: Type.Optional(Type.Array(KeyToPath)),
      defaultMode: Type.Optional(Type.Integer()),
      optional: optionalBoolean,
    }),
  ),
  projected: Type.Optional(KubernetesValue),
  csi: Type.Optional(KubernetesValue),
});
/** Where the files of a workspace come from. */
export type WorkspaceBinding = Static<typeof WorkspaceBinding>;
