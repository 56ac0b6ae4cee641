import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../object.ts';
import type { Strategy } from '../../served-resource.ts';
import type { StatusCause } from '../../status-error.ts';
import { at, objectAt, textAt } from '../read-field.ts';
import { forbiddenField, immutable, invalidValue, required, tooLong } from './field-error.ts';
import { dataKey } from './format-check.ts';

/** The most bytes that the values of one Secret or ConfigMap may hold. */
const MOST_BYTES = 1024 * 1024;

const keys = (object: KubeObject, field: string): StatusCause[] =>
  Object.keys(objectAt(object, field)).flatMap((key) =>
    dataKey(key).map((why) => invalidValue(`${field}[${key}]`, key, why)),
  );

const encodedBytes = (base64: string): number =>
  Math.floor((base64.length * 3) / 4) - (base64.endsWith('==') ? 2 : base64.endsWith('=') ? 1 : 0);

const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);
const base64Bytes = (object: KubeObject, field: string): number =>
  sum(Object.values(objectAt(object, field)).map((value) => encodedBytes(String(value))));
const textBytes = (object: KubeObject, field: string): number =>
  sum(Object.values(objectAt(object, field)).map((value) => Buffer.byteLength(String(value))));

/** Once `immutable` is set, neither it nor the data may change. */
const keepsData = (object: KubeObject, old: KubeObject, fields: readonly string[]): StatusCause[] => {
  if (old['immutable'] !== true) return [];
  const locked = 'field is immutable when `immutable` is set';
  return [
    ...(object['immutable'] === true ? [] : [forbiddenField('immutable', locked)]),
    ...fields
      .filter((field) => !isDeepStrictEqual(objectAt(object, field), objectAt(old, field)))
      .map((field) => forbiddenField(field, locked)),
  ];
};

/** ConfigMaps. */
export const configMapStrategy: Strategy = {
  validate(object) {
    const shared = Object.keys(objectAt(object, 'binaryData')).filter(
      (key) => key in objectAt(object, 'data'),
    );
    return [
      ...keys(object, 'data'),
      ...keys(object, 'binaryData'),
      ...shared.map((key) => invalidValue(`data[${key}]`, key, 'duplicate of key present in binaryData')),
      ...(textBytes(object, 'data') + base64Bytes(object, 'binaryData') > MOST_BYTES
        ? [tooLong('', MOST_BYTES)]
        : []),
    ];
  },
  validateUpdate: (object, old) => keepsData(object, old, ['data', 'binaryData']),
};

/** What secrets of the known types must hold. */
const typeKeys: Record<string, { keys: string[]; any?: true }> = {
  'kubernetes.io/dockercfg': { keys: ['.dockercfg'] },
  'kubernetes.io/dockerconfigjson': { keys: ['.dockerconfigjson'] },
  'kubernetes.io/basic-auth': { keys: ['username', 'password'], any: true },
  'kubernetes.io/ssh-auth': { keys: ['ssh-privatekey'] },
  'kubernetes.io/tls': { keys: ['tls.crt', 'tls.key'] },
};

const isJson = (base64: unknown): boolean => {
  try {
    JSON.parse(Buffer.from(String(base64), 'base64').toString());
    return true;
  } catch {
    // Only whether it parses is asked; the cause that follows tells the user.
    return false;
  }
};

const ofType = (secret: KubeObject): StatusCause[] => {
  const type = textAt(secret, 'type');
  const data = objectAt(secret, 'data');
  if (type === 'kubernetes.io/service-account-token')
    return secret.metadata.annotations?.['kubernetes.io/service-account.name']
      ? []
      : [required('metadata.annotations[kubernetes.io/service-account.name]')];
  const known = Object.hasOwn(typeKeys, type) ? typeKeys[type] : undefined;
  if (!known) return [];
  const missing = known.keys.filter((key) => !(key in data));
  if (known.any)
    return missing.length === known.keys.length ? known.keys.map((key) => required(`data[${key}]`)) : [];
  if (missing.length > 0) return missing.map((key) => required(`data[${key}]`));
  const [key = ''] = known.keys;
  return type.startsWith('kubernetes.io/dockerc') && !isJson(data[key])
    ? [invalidValue(`data[${key}]`, '<secret contents redacted>', 'invalid JSON')]
    : [];
};

/** Secrets. `stringData` is written into `data` and never kept. */
export const secretStrategy: Strategy = {
  default(object) {
    object['type'] ||= 'Opaque';
    const plain = objectAt(object, 'stringData');
    if (Object.keys(plain).length > 0)
      object['data'] = {
        ...objectAt(object, 'data'),
        ...Object.fromEntries(
          Object.entries(plain).map(([key, value]) => [key, Buffer.from(String(value)).toString('base64')]),
        ),
      };
    delete object['stringData'];
  },
  validate: (object) => [
    ...keys(object, 'data'),
    ...(base64Bytes(object, 'data') > MOST_BYTES ? [tooLong('data', MOST_BYTES)] : []),
    ...ofType(object),
  ],
  validateUpdate: (object, old) => [
    ...(at(object, 'type') === at(old, 'type') ? [] : [immutable('type', at(object, 'type'))]),
    ...keepsData(object, old, ['data']),
  ],
};
