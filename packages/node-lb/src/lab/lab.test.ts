import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startApiServer } from '@armillary/embedded-api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startLab } from './lab.ts';
import { runMatrix } from './matrix.ts';
import { matrixTable } from './matrix-table.ts';
import { available } from '../../../../e2e/testing/available.ts';

const canRun = available(
  'the lab',
  'Linux and root, to make network namespaces',
  process.platform === 'linux' && process.getuid?.() === 0,
);

describe.skipIf(!canRun)('a lab with kube-proxy alone', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lab-test-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  for (const kubeProxy of ['shape-iptables-nft', 'shape-iptables-legacy', 'shape-nftables'] as const) {
    test(`is reached over all 24 paths with ${kubeProxy}`, { timeout: 60_000 }, async () => {
      const t0 = performance.now();
      const api = await startApiServer({ dataDir: join(folder, kubeProxy), port: 0 });
      const t1 = performance.now();
      try {
        const lab = await startLab({ kubeconfig: api.kubeconfig, kubeProxy });
        const t2 = performance.now();
        try {
          const matrix = await runMatrix(lab);
          process.stderr.write(
            `api ${t1 - t0} lab ${t2 - t1} matrix ${performance.now() - t2}\n` + matrixTable(matrix),
          );
          expect(matrix.cells).toHaveLength(24);
          expect(matrix.cells.filter((cell) => cell.passed < cell.of)).toEqual([]);
        } finally {
          await lab.stop();
        }
      } finally {
        await api.close();
      }
    });
  }
});
