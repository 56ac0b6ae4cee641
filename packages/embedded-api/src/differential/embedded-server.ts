import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startApiServer } from '../api-server.ts';
import type { Endpoint } from './endpoint.ts';

/** Starts the embedded server on a free port over a folder of its own, which `close` removes. */
export const startEmbeddedServer = async (): Promise<Endpoint> => {
  const dataDir = mkdtempSync(join(tmpdir(), 'differential-'));
  const server = await startApiServer({ dataDir, port: 0, serviceCidr: '10.96.0.0/16' });
  return {
    port: server.port,
    ca: server.ca,
    token: server.pki.adminToken,
    close: async () => {
      await server.close();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
};
