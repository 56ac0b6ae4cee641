import { invalid as invalidValue } from '@armillary/resource';
import type { KubeObject } from '../object.ts';
import type { VirtualResource } from '../server/admission.ts';
import { badRequest, conflict, invalid, notFound, type StatusCause } from '../status-error.ts';
import type { StoreReader } from '../storage/store-event.ts';
import { defaultIssuer, type BoundObject, type ServiceAccountTokens } from './service-account-tokens.ts';

const minimumSeconds = 10 * 60;
const maximumSeconds = 2 ** 32;

interface TokenRequestSpec {
  audiences?: string[];
  expirationSeconds?: number;
  boundObjectRef?: { kind?: string; apiVersion?: string; name?: string; uid?: string } | null;
}

const checkExpiration = (seconds: number): void => {
  const causes: StatusCause[] = [];
  if (!Number.isInteger(seconds) || seconds < minimumSeconds)
    causes.push(
      invalidValue('spec.expirationSeconds', seconds, 'may not specify a duration less than 10 minutes'),
    );
  if (seconds > maximumSeconds)
    causes.push(
      invalidValue('spec.expirationSeconds', seconds, 'may not specify a duration larger than 2^32 seconds'),
    );
  if (causes.length > 0) throw invalid({ group: 'authentication.k8s.io', kind: 'TokenRequest' }, '', causes);
};

const boundKinds: Record<string, string> = { Pod: 'pods', Secret: 'secrets', Node: 'nodes' };

const findBound = (
  store: StoreReader,
  account: KubeObject,
  reference: NonNullable<TokenRequestSpec['boundObjectRef']>,
): BoundObject => {
  const { kind = '', apiVersion = '', name = '' } = reference;
  const accountName = account.metadata.name ?? '';
  const resource = boundKinds[kind];
  if (!resource || (apiVersion !== 'v1' && apiVersion !== ''))
    throw badRequest(
      `cannot bind token for serviceaccount "${accountName}" to object with kind "${kind}": only v1.Pod, v1.Secret and v1.Node are allowed`,
    );
  const object = store.get(resource, kind === 'Node' ? '' : (account.metadata.namespace ?? ''), name);
  if (!object) throw notFound({ group: '', resource }, name);
  if (kind === 'Pod') {
    const spec = (object['spec'] ?? {}) as { serviceAccountName?: string };
    if ((spec.serviceAccountName ?? '') !== accountName)
      throw badRequest(
        `cannot bind token for serviceaccount "${accountName}" to pod running with different serviceaccount name.`,
      );
  }
  const uid = object.metadata.uid ?? '';
  if (reference.uid && reference.uid !== uid)
    throw conflict(
      { group: '', resource },
      name,
      `the UID in the bound object reference (${reference.uid}) does not match the UID in record. The object might have been deleted and then recreated`,
    );
  return { kind: kind as BoundObject['kind'], name, uid };
};

/** `serviceaccounts/token`: issues a token of a service account, bound to an object when asked. */
export const tokenRequest = (tokens: ServiceAccountTokens, store: StoreReader): VirtualResource => ({
  group: '',
  plural: 'serviceaccounts',
  subresource: 'token',
  create({ namespace, name, object }) {
    const account = store.get('serviceaccounts', namespace, name);
    if (!account) throw notFound({ group: '', resource: 'serviceaccounts' }, name);
    const asked = object.metadata ?? {};
    if (asked.name && asked.name !== name)
      throw badRequest('the name of the token request must match the service account');
    if (asked.namespace && asked.namespace !== namespace)
      throw badRequest(
        'the namespace of the provided object does not match the namespace sent on the request',
      );
    const spec = (object['spec'] ?? {}) as TokenRequestSpec;
    const expirationSeconds = spec.expirationSeconds ?? 3600;
    checkExpiration(expirationSeconds);
    const audiences = spec.audiences?.length ? spec.audiences : [defaultIssuer];
    const bound = spec.boundObjectRef ? findBound(store, account, spec.boundObjectRef) : undefined;
    const { token, expires } = tokens.issue({
      namespace,
      name,
      uid: account.metadata.uid ?? '',
      audiences,
      expirationSeconds,
      ...(bound ? { bound } : {}),
    });
    const creationTimestamp = new Date(expires.getTime() - expirationSeconds * 1000);
    return {
      kind: 'TokenRequest',
      apiVersion: 'authentication.k8s.io/v1',
      metadata: { name, namespace, creationTimestamp: creationTimestamp.toISOString().replace('.000Z', 'Z') },
      spec: { ...spec, audiences, expirationSeconds, boundObjectRef: spec.boundObjectRef ?? null },
      status: { token, expirationTimestamp: expires.toISOString().replace('.000Z', 'Z') },
    };
  },
});
