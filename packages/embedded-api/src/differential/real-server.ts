import { startExtensionsApiServer } from '../../../../e2e/testing/extensions-api-server.ts';
import { startRealApiServer } from '../../../../e2e/testing/real-api-server.ts';
import type { RealApiServer } from '../../../../e2e/testing/real-api-server.ts';
import type { Endpoint } from './endpoint.ts';

const endpointOf = ({
  url,
  token,
  ca,
  stop,
}: Pick<RealApiServer, 'url' | 'token' | 'ca' | 'stop'>): Endpoint => ({
  port: Number(new URL(url).port),
  ca,
  token,
  close: stop,
});

/**
 * Starts a kube-apiserver with its etcd and controller manager from the folder `assets`.
 * @throws Error when it is not ready within a minute.
 */
export const startRealServer = async (assets: string): Promise<Endpoint> =>
  endpointOf(await startRealApiServer(assets, { controllers: ['garbagecollector', 'namespace'] }));

/**
 * Starts the apiextensions-apiserver `program` of a current Kubernetes, which serves definitions and their objects,
 * beside a kube-apiserver for authentication and namespaces.
 */
export const startExtensionsServer = async (program: string, assets: string): Promise<Endpoint> => {
  const server = await startExtensionsApiServer(program, assets);
  return { ...endpointOf(server), core: endpointOf(server.core) };
};
