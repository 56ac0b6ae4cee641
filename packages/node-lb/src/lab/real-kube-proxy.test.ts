import { describe, expect, test } from 'vitest';
import { available } from '../../../../e2e/testing/available.ts';
import { startRealApiServer } from '../../../../e2e/testing/real-api-server.ts';
import { startLab } from './lab.ts';
import { runMatrix } from './matrix.ts';
import { matrixTable } from './matrix-table.ts';

const assets = process.env['KUBEBUILDER_ASSETS'];
const isRoot = process.platform === 'linux' && process.getuid?.() === 0;
const canRun = available(
  'the lab with a real kube-proxy',
  'root, and KUBEBUILDER_ASSETS',
  isRoot && assets !== undefined,
);

describe.skipIf(!canRun)('a lab with a real kube-proxy alone', () => {
  for (const backend of ['nft', 'legacy'] as const) {
    test(`is reached over all 24 paths with iptables-${backend}`, { timeout: 120_000 }, async () => {
      const api = await startRealApiServer(assets ?? '', {
        flags: [
          '--feature-gates=IPv6DualStack=true,MixedProtocolLBService=true',
          '--service-cluster-ip-range=10.96.0.0/16,fd00:10:96::/108',
        ],
      });
      try {
        const t1 = performance.now();
        const lab = await startLab({
          kubeconfig: api.kubeconfig,
          kubeProxy: { real: assets ?? '', backend },
          publishStatus: true,
          kubeProxyGates: 'IPv6DualStack=true,EndpointSliceProxying=true',
          logger: process.env['LAB_LOG']
            ? ({
                child() {
                  return this;
                },
                debug: (o: object, m: string) => process.stderr.write(JSON.stringify(o) + m + '\n'),
                info() {},
                warn() {},
                error() {},
              } as never)
            : (undefined as never),
        });
        const t2 = performance.now();
        try {
          const matrix = await runMatrix(lab);
          process.stderr.write(
            `api ${api.startMs} lab ${t2 - t1} matrix ${performance.now() - t2}\n` + matrixTable(matrix),
          );
          expect(matrix.cells.filter((cell) => cell.passed < cell.of)).toEqual([]);
          expect(matrix.cells).toHaveLength(24);
        } finally {
          await lab.stop();
        }
      } finally {
        await api.stop();
      }
    });
  }
});
