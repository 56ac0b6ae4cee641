/** A disk that runs full refuses writes in words, keeps what was acknowledged, and recovers once there is space. */
import { execFileSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { KubeClient, KubeError, coreV1, loadKubeconfig, type ConfigMap } from '@armillary/kube';
import { startArmillary, temporaryFolder } from './testing/armillary.ts';
import { available } from './testing/available.ts';

const mayMount = available(
  'the full-disk suite',
  'root, to mount a small file system',
  process.getuid?.() === 0,
);

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeAll(async () => {
  folder = await temporaryFolder();
  if (mayMount) execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=32m', 'tmpfs', folder.path]);
});
afterAll(async () => {
  if (mayMount) execFileSync('umount', ['-l', folder.path]);
  await folder.remove();
});

function configMap(name: string): ConfigMap {
  const metadata = { name, namespace: 'default' };
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { payload: 'x'.repeat(200_000) } };
}

test.skipIf(!mayMount)('a full disk loses nothing', async () => {
  const filler = `${folder.path}/filler`;
  writeFileSync(filler, Buffer.alloc(12 * 1024 * 1024));
  const args = ['api', '--data', `${folder.path}/data`, '--port', '0'];
  const first = await startArmillary(args);
  const client = new KubeClient(await loadKubeconfig({ path: first.ready.kubeconfig }));
  const maps = client.resource(coreV1.configMaps);
  const acknowledged: string[] = [];
  let refusal: unknown;
  for (let i = 0; i < 500 && refusal === undefined; i++) {
    try {
      await maps.create(configMap(`big-${i}`));
      acknowledged.push(`big-${i}`);
    } catch (error) {
      refusal = error;
    }
  }
  expect(refusal).toBeInstanceOf(KubeError);
  expect(refusal).toMatchObject({ httpStatus: 507 });
  expect((refusal as KubeError).message).toMatch(/free some disk space/);
  const names = async (): Promise<string[]> =>
    (await maps.list({ namespace: 'default' })).items
      .map((o) => o.metadata.name!)
      .filter((n) => n.startsWith('big-'));
  expect((await names()).toSorted()).toEqual(acknowledged.toSorted());

  rmSync(filler);
  await maps.create(configMap('big-after'));
  acknowledged.push('big-after');
  await client.close();
  expect(await first.stop()).toBe(0);

  const second = await startArmillary(args);
  const again = new KubeClient(await loadKubeconfig({ path: second.ready.kubeconfig }));
  const list = await again.resource(coreV1.configMaps).list({ namespace: 'default' });
  const present = list.items.map((o) => o.metadata.name!).filter((n) => n.startsWith('big-'));
  expect(present.toSorted()).toEqual(acknowledged.toSorted());
  await again.close();
  await second.stop();
});
