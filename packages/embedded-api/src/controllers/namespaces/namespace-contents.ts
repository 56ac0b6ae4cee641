import type { KubeObject } from '../../object.ts';
import type { StoreEvent } from '../../storage/store-event.ts';
import {
  answered,
  builtinTarget,
  type Controller,
  type ControllerContext,
  controllerCaller,
} from '../controller.ts';
import { keyedController } from '../keyed-controller.ts';

const accountCaller = controllerCaller('service-account-controller');
const publisherCaller = controllerCaller('root-ca-cert-publisher');

const accountName = 'default';
const configMapName = 'kube-root-ca.crt';
/** Namespaces that are there from the start and come back when they are deleted. */
const systemNamespaces = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

const keysOf = ({ storageKey, type, namespace, name }: StoreEvent): string[] => {
  if (storageKey === 'namespaces') return [name];
  if (storageKey === 'serviceaccounts') return name === accountName && type === 'DELETED' ? [namespace] : [];
  return storageKey === 'configmaps' && name === configMapName && type !== 'ADDED' ? [namespace] : [];
};

/** Ignores that somebody else was faster, and that the namespace is going. */
const unlessSettled = async (write: Promise<unknown>): Promise<void> => {
  try {
    await write;
  } catch (error) {
    if (![403, 404, 409].some((code) => answered(error, code))) throw error;
  }
};

/**
 * Keeps the system namespaces there, and in every namespace the service account `default` and the config map with
 * the certificate authority (`ca`, PEM) that pods verify the server by.
 */
export const namespaceContents = (context: ControllerContext, ca: string): Controller => {
  const { store, verbs, registry } = context;

  const createNamespace = async (name: string): Promise<void> => {
    const target = builtinTarget(registry, ['', 'v1', 'namespaces'], '', name);
    const namespace: KubeObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
    await unlessSettled(verbs.create(target, namespace, accountCaller));
  };

  const ensureAccount = async (namespace: string): Promise<void> => {
    if (store.get('serviceaccounts', namespace, accountName)) return;
    const target = builtinTarget(registry, ['', 'v1', 'serviceaccounts'], namespace, accountName);
    const account: KubeObject = {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: accountName, namespace },
    };
    await unlessSettled(verbs.create(target, account, accountCaller));
  };

  const publishAuthority = async (namespace: string): Promise<void> => {
    const target = builtinTarget(registry, ['', 'v1', 'configmaps'], namespace, configMapName);
    const data = { 'ca.crt': ca };
    const existing = store.get('configmaps', namespace, configMapName);
    if (!existing) {
      const description =
        'Contains a CA bundle that can be used to verify the kube-apiserver when using internal endpoints such as ' +
        'the internal service IP or kubernetes.default.svc. No other usage is guaranteed across distributions of ' +
        'Kubernetes clusters.';
      const metadata = {
        name: configMapName,
        namespace,
        annotations: { 'kubernetes.io/description': description },
      };
      const configMap: KubeObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data };
      await unlessSettled(verbs.create(target, configMap, publisherCaller));
    } else if ((existing['data'] as Record<string, string> | undefined)?.['ca.crt'] !== ca) {
      await unlessSettled(verbs.update(target, { ...existing, data }, publisherCaller));
    }
  };

  return keyedController({
    name: 'namespace-contents',
    context,
    initial: new Set([
      ...systemNamespaces,
      ...store.list('namespaces').map(({ metadata }) => metadata.name ?? ''),
    ]),
    keys: keysOf,
    async process(name) {
      if (!store.get('namespaces', '', name)) {
        if (systemNamespaces.includes(name)) await createNamespace(name);
      }
      const namespace = store.get('namespaces', '', name);
      if (!namespace || namespace.metadata.deletionTimestamp) return;
      await Promise.all([ensureAccount(name), publishAuthority(name)]);
    },
  });
};
