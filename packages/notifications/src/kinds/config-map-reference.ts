import { Type, type Static } from 'typebox';
import { described } from './fields.ts';

/** A ConfigMap or one of its keys, as a schema. */
export const ConfigMapReference = Type.Object({
  namespace: described(
    "The ConfigMap's namespace; defaultSecretNamespace of the NotificationManager when absent, else the program's.",
  ),
  name: Type.String(),
  key: described('Every key when absent.'),
});
/** A ConfigMap with template or language files; without `key` every key is such a file. */
export type ConfigMapReference = Static<typeof ConfigMapReference>;
