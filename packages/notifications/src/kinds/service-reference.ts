import { Type, type Static } from 'typebox';
import { described } from './fields.ts';

/** A Service of the cluster, as a schema. */
export const ServiceReference = Type.Object({
  namespace: Type.String(),
  name: Type.String(),
  path: described('The path of requests.'),
  port: Type.Optional(Type.Integer({ format: 'int32' })),
  scheme: described('http or https; http when absent.'),
});
/** A Service of the cluster that takes HTTP requests. */
export type ServiceReference = Static<typeof ServiceReference>;
