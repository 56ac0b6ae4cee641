import { startApiServer } from '@armillary/embedded-api';
import { startRealApiServer } from './real-api-server.ts';

/** An API server to work with. */
export interface Api {
  readonly kubeconfig: string;
  close(): Promise<void>;
}

/** A real cluster's control plane, from the folder that KUBEBUILDER_ASSETS names; without it the embedded server. */
export async function startApi(dataDir: string): Promise<Api> {
  const assets = process.env['KUBEBUILDER_ASSETS'];
  if (assets === undefined) return startApiServer({ dataDir, port: 0 });
  const server = await startRealApiServer(assets, { controllers: ['namespace', 'garbagecollector'] });
  return { kubeconfig: server.kubeconfig, close: () => server.stop() };
}
