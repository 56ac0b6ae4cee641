import { defineKind, type KindObject } from '@armillary/resource';
import { Type } from 'typebox';
import { devopsKind, optionalBoolean, optionalInteger, optionalString } from './fields.ts';

const Strings = Type.Optional(Type.Array(Type.String()));
const GroupKinds = Type.Optional(Type.Array(Type.Object({ group: Type.String(), kind: Type.String() })));

/** The Argo CD project that may belong to it; not read by Armillary. */
const Argo = Type.Object({
  clusterResourceBlacklist: GroupKinds,
  clusterResourceWhitelist: GroupKinds,
  namespaceResourceBlacklist: GroupKinds,
  namespaceResourceWhitelist: GroupKinds,
  description: optionalString,
  destinations: Type.Optional(
    Type.Array(Type.Object({ name: optionalString, namespace: optionalString, server: optionalString })),
  ),
  orphanedResources: Type.Optional(
    Type.Object({
      ignore: Type.Optional(
        Type.Array(Type.Object({ group: optionalString, kind: optionalString, name: optionalString })),
      ),
      warn: optionalBoolean,
    }),
  ),
  roles: Type.Optional(
    Type.Array(
      Type.Object({
        name: Type.String(),
        description: optionalString,
        groups: Strings,
        policies: Strings,
        jwtTokens: Type.Optional(
          Type.Array(Type.Object({ iat: Type.Integer(), exp: optionalInteger, id: optionalString })),
        ),
      }),
    ),
  ),
  signatureKeys: Type.Optional(Type.Array(Type.Object({ keyID: Type.String() }))),
  sourceRepos: Strings,
  syncWindows: Type.Optional(
    Type.Array(
      Type.Object({
        kind: optionalString,
        schedule: optionalString,
        duration: optionalString,
        timeZone: optionalString,
        manualSync: optionalBoolean,
        applications: Strings,
        clusters: Strings,
        namespaces: Strings,
      }),
    ),
  ),
});

/** devops.kubesphere.io/v1alpha3 DevOpsProject: a tenant of DevOps, with a namespace of the same name. */
export const devopsProjectKind = defineKind({
  ...devopsKind,
  kind: 'DevOpsProject',
  plural: 'devopsprojects',
  scope: 'Cluster',
  versions: [
    {
      name: 'v1alpha3',
      served: true,
      storage: true,
      schema: Type.Object({
        spec: Type.Optional(Type.Object({ argo: Type.Optional(Argo) })),
        status: Type.Optional(Type.Object({ adminNamespace: optionalString })),
      }),
      additionalPrinterColumns: [
        { name: 'Namespace', type: 'string', jsonPath: '.status.adminNamespace' },
        { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
      ],
    },
  ],
});

/** An object of {@link devopsProjectKind}. */
export type DevOpsProject = KindObject<typeof devopsProjectKind>;
