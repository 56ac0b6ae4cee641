import { defineKind, type KindObject } from '@armillary/resource';
import { Type, type Static } from 'typebox';
import {
  described,
  emptyStatus,
  notificationKind,
  optionalBoolean,
  optionalStrings,
  v2beta2,
} from './fields.ts';
import { LabelSelector } from './label-selector.ts';

const RouterSpec = Type.Object({
  enabled: optionalBoolean,
  alertSelector: Type.Optional(LabelSelector),
  receivers: Type.Object(
    {
      name: optionalStrings,
      regexName: described('An RE2 expression that is looked for in the names of receivers.'),
      selector: Type.Optional(LabelSelector),
      channels: Type.Optional(Type.Array(Type.Object({ tenant: Type.String(), type: optionalStrings }))),
      type: described('Only this channel of the receivers found by name, regexName and selector.'),
    },
    { description: 'The union of what each part finds.' },
  ),
});
/** Which receivers to tell of which alerts, whoever the tenants are. */
export type RouterSpec = Static<typeof RouterSpec>;

/** notification.kubesphere.io/v2beta2 Router, upstream's. */
export const routerKind = defineKind({
  ...notificationKind,
  kind: 'Router',
  plural: 'routers',
  versions: [{ ...v2beta2, schema: Type.Object({ spec: Type.Optional(RouterSpec), status: emptyStatus }) }],
});

/** An object of {@link routerKind}. */
export type Router = KindObject<typeof routerKind>;
