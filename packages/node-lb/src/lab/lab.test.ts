import { describe, expect, test } from 'vitest';
import { runMatrix } from './matrix.ts';
import { canMakeLabs, failing, withLab } from './testing/lab-world.ts';

describe.skipIf(!canMakeLabs('the lab'))('a lab with kube-proxy alone', () => {
  for (const kubeProxy of ['shape-iptables-nft', 'shape-iptables-legacy', 'shape-nftables'] as const) {
    test(`is reached over all 24 paths with ${kubeProxy}`, async () => {
      await withLab({ kubeProxy }, async (lab) => {
        expect(failing(await runMatrix(lab))).toEqual([]);
      });
    });
  }
});
