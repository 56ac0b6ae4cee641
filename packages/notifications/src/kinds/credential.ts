import { Type, type Static } from 'typebox';
import { described } from './fields.ts';

const SecretKeySelector = Type.Object({
  namespace: described(
    "The Secret's namespace; defaultSecretNamespace of the NotificationManager when absent, else the program's.",
  ),
  name: Type.String(),
  key: Type.String(),
});
/** A secret text, as a schema. */
export const Credential = Type.Object(
  {
    value: Type.Optional(Type.String()),
    valueFrom: Type.Optional(Type.Object({ secretKeyRef: Type.Optional(SecretKeySelector) })),
  },
  { description: 'Exactly one of value and valueFrom.' },
);
/** A secret text: written out, or the key of a Secret that holds it; exactly one of both. */
export type Credential = Static<typeof Credential>;
