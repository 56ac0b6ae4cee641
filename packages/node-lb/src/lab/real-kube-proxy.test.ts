import { describe, expect, test } from 'vitest';
import { installDataPlane } from './testing/data-plane.ts';
import { canMakeLabs, failing, patience, patientMatrix, withLab } from './testing/lab-world.ts';

const suite = 'the lab with a real kube-proxy';
const assets = process.env['KUBEBUILDER_ASSETS'] ?? '';
const canRun = assets !== '' && canMakeLabs(suite);
if (assets === '') process.stderr.write(`SKIPPED: ${suite}: set KUBEBUILDER_ASSETS to run it\n`);
const kubeProxyGates = 'IPv6DualStack=true,EndpointSliceProxying=true';

describe.skipIf(!canRun)('a lab with a real kube-proxy', patience, () => {
  for (const backend of ['nft', 'legacy'] as const) {
    const kubeProxy = { real: assets, backend };

    test(`is reached over all 24 paths by kube-proxy alone, iptables-${backend}`, async () => {
      await withLab(
        { kubeProxy, kubeProxyGates },
        async (lab) => expect(failing(await patientMatrix(lab))).toEqual([]),
        assets,
      );
    });

    for (const policy of ['Cluster', 'Local'] as const) {
      test(`serves ${policy} by the data plane on all 24 paths, iptables-${backend}`, async () => {
        await withLab(
          { kubeProxy, kubeProxyGates, policy, publishStatus: false },
          async (lab) => {
            const target = await installDataPlane(lab, `iptables-${backend}`, policy);
            expect(failing(await patientMatrix(lab, target))).toEqual([]);
          },
          assets,
        );
      });
    }
  }
});
