import { describe, expect, test } from 'vitest';
import { available } from '../../../../e2e/testing/available.ts';
import { runMatrix } from './matrix.ts';
import { canMakeLabs, failing, withLab } from './testing/lab-world.ts';

const suite = 'the lab with a real kube-proxy';
const assets = process.env['KUBEBUILDER_ASSETS'] ?? '';
const canRun = available(suite, 'KUBEBUILDER_ASSETS', assets !== '') && canMakeLabs(suite);

describe.skipIf(!canRun)('a lab with a real kube-proxy alone', () => {
  for (const backend of ['nft', 'legacy'] as const) {
    test(`is reached over all 24 paths with iptables-${backend}`, { timeout: 120_000 }, async () => {
      const kubeProxy = { real: assets, backend };
      const options = { kubeProxy, kubeProxyGates: 'IPv6DualStack=true,EndpointSliceProxying=true' };
      await withLab(options, async (lab) => expect(failing(await runMatrix(lab))).toEqual([]), assets);
    });
  }
});
