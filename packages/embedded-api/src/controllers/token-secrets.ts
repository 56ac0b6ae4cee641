import type { ServiceAccountTokens } from '../authn/service-account-tokens.ts';
import type { KubeObject } from '../object.ts';
import type { StoreEvent } from '../storage/store-event.ts';
import {
  answered,
  builtinTarget,
  type Controller,
  type ControllerContext,
  controllerCaller,
} from './controller.ts';
import { keyedController } from './keyed-controller.ts';

const caller = controllerCaller('token-controller');
const secretType = 'kubernetes.io/service-account-token';
const accountAnnotation = 'kubernetes.io/service-account.name';
const uidAnnotation = 'kubernetes.io/service-account.uid';

const isTokenSecret = (object: KubeObject): boolean => object['type'] === secretType;
const keyOf = ({ metadata }: KubeObject): string => `${metadata.namespace ?? ''} ${metadata.name ?? ''}`;
const base64 = (text: string): string => Buffer.from(text).toString('base64');

/**
 * Fills secrets of type `kubernetes.io/service-account-token` that name a service account with a token that has no
 * end, and deletes those whose account is gone. This is how one asks for a long-lived token.
 */
export const tokenSecrets = (
  context: ControllerContext,
  tokens: ServiceAccountTokens,
  ca: string,
): Controller => {
  const { store, verbs, registry } = context;

  const secretsOf = (namespace: string, account: string): string[] =>
    store
      .list('secrets', namespace)
      .filter(
        (secret) => isTokenSecret(secret) && secret.metadata.annotations?.[accountAnnotation] === account,
      )
      .map(keyOf);

  const keys = (event: StoreEvent): string[] => {
    if (event.storageKey === 'serviceaccounts') return secretsOf(event.namespace, event.name);
    const concerns =
      event.storageKey === 'secrets' && event.type !== 'DELETED' && isTokenSecret(event.object);
    return concerns ? [keyOf(event.object)] : [];
  };

  const fill = async (secret: KubeObject, account: KubeObject): Promise<void> => {
    const { namespace = '', name = '', annotations } = secret.metadata;
    const uid = account.metadata.uid ?? '';
    const data = (secret['data'] ?? {}) as Record<string, string>;
    const complete =
      data['token'] && data['ca.crt'] === base64(ca) && data['namespace'] === base64(namespace);
    if (complete && annotations?.[uidAnnotation] === uid) return;
    const token =
      data['token'] || base64(tokens.issueLegacy(namespace, account.metadata.name ?? '', uid, name));
    const next: KubeObject = {
      ...secret,
      metadata: { ...secret.metadata, annotations: { ...annotations, [uidAnnotation]: uid } },
      data: { ...data, token, 'ca.crt': base64(ca), namespace: base64(namespace) },
    };
    await verbs.update(builtinTarget(registry, ['', 'v1', 'secrets'], namespace, name), next, caller);
  };

  return keyedController({
    name: 'token-secrets',
    context,
    initial: store.list('secrets').filter(isTokenSecret).map(keyOf),
    keys,
    async process(key) {
      const [namespace = '', name = ''] = key.split(' ');
      const secret = store.get('secrets', namespace, name);
      if (!secret || !isTokenSecret(secret) || secret.metadata.deletionTimestamp) return;
      const { annotations, uid = '', resourceVersion = '' } = secret.metadata;
      const account = store.get('serviceaccounts', namespace, annotations?.[accountAnnotation] ?? '');
      const wanted = annotations?.[uidAnnotation];
      try {
        if (account && (!wanted || wanted === account.metadata.uid)) await fill(secret, account);
        else {
          const target = builtinTarget(registry, ['', 'v1', 'secrets'], namespace, name);
          await verbs.delete(target, { ...caller, preconditions: { uid, resourceVersion } });
        }
      } catch (error) {
        // Changed meanwhile: that change brings the key back.
        if (!answered(error, 404) && !answered(error, 409)) throw error;
      }
    },
  });
};
