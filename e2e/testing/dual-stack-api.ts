import { startApiServer } from '@armillary/embedded-api';
import { startRealApiServer } from './real-api-server.ts';
import type { Api } from './start-api.ts';

/** Feature gates with which Kubernetes 1.20 does what later versions do without asking. */
const oldGates = 'IPv6DualStack=true,MixedProtocolLBService=true';

/**
 * An API server that gives Services cluster IPs of both families: a real one from the folder of `assets` (1.20, or a
 * later one that still knows its gates), else the embedded one.
 */
export async function startDualStackApi(dataDir: string, assets?: string): Promise<Api> {
  if (assets === undefined) return startApiServer({ dataDir, port: 0 });
  const server = await startRealApiServer(assets, {
    flags: [`--feature-gates=${oldGates}`, '--service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/108'],
  });
  return { kubeconfig: server.kubeconfig, close: () => server.stop() };
}
