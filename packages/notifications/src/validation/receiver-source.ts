import { duplicate, type Cause } from '@armillary/resource';
import { receiverSourceKind } from '../kinds/receiver-source.ts';
import { serverCauses } from './address.ts';
import { credentialCauses } from './credential.ts';
import { durationCauses } from './go-duration.ts';
import { httpClientCauses } from './http-client-config.ts';
import { validateObject } from './object.ts';
import { lineCauses } from './text.ts';

/** What is wrong with a ReceiverSource. */
export const validateReceiverSource = (object: unknown): Cause[] =>
  validateObject(receiverSourceKind, object, (spec) => [
    ...serverCauses(spec, 'spec', 'auth.basicAuth'),
    ...nameCauses(spec.keyLabels, 'spec.keyLabels'),
    ...httpClientCauses(spec.auth, 'spec.auth'),
    ...credentialCauses(spec.auth?.hmac?.secret, 'spec.auth.hmac.secret'),
    ...credentialCauses(spec.auth?.hmac?.previousSecret, 'spec.auth.hmac.previousSecret'),
    ...(['ttl', 'staleWhileRevalidate', 'staleIfError', 'negativeTTL', 'errorTTL'] as const).flatMap((name) =>
      durationCauses(spec.cache?.[name], `spec.cache.${name}`),
    ),
    ...durationCauses(spec.timeout, 'spec.timeout'),
    ...nameCauses(spec.secretNamespaces, 'spec.secretNamespaces'),
    ...nameCauses(spec.addressPolicy?.allow, 'spec.addressPolicy.allow'),
    ...nameCauses(spec.addressPolicy?.deny, 'spec.addressPolicy.deny'),
  ]);

const nameCauses = (names: readonly string[] = [], field: string): Cause[] =>
  names.flatMap((name, index) =>
    names.indexOf(name) < index
      ? [duplicate(`${field}[${index}]`, name)]
      : lineCauses(name, `${field}[${index}]`),
  );
