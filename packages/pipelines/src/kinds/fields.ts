import { Type } from 'typebox';

/** The group of KubeSphere DevOps. */
export const DEVOPS_GROUP = 'devops.kubesphere.io';

export const optionalString = Type.Optional(Type.String());
export const optionalInteger = Type.Optional(Type.Integer());
export const optionalBoolean = Type.Optional(Type.Boolean());

/** What all kinds of this package have alike. */
export const devopsKind = { group: DEVOPS_GROUP, categories: ['devops'] } as const;
