/**
 * A session of kubectl calls, each with what a real cluster answers. It runs once for every kubectl on this machine
 * against the embedded API server, or against the cluster that KUBECTL_SUITE_KUBECONFIG names.
 */
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startArmillary, temporaryFolder, type Running } from '../testing/armillary.ts';
import { eventually, ended } from '../testing/process.ts';
import { KubectlSession, requiredKubectls } from '../testing/kubectl.ts';
import { invocations } from './invocations.ts';
import { manifests } from './manifests.ts';

/** Splits at spaces; single quotes keep a word together and are dropped. */
function words(line: string): string[] {
  return [...line.matchAll(/(?:'[^']*'|[^\s'])+/g)].map((m) => m[0].replaceAll("'", ''));
}

for (const kubectl of requiredKubectls()) {
  describe(`kubectl ${kubectl.version}`, () => {
    let folder: Awaited<ReturnType<typeof temporaryFolder>>;
    let server: Running | undefined;
    let session: KubectlSession;

    beforeAll(async () => {
      folder = await temporaryFolder();
      for (const [name, text] of Object.entries(manifests)) {
        const path = join(folder.path, 'work', name);
        await mkdir(dirname(path), { recursive: true });
        await writeFile(path, text);
      }
      const given = process.env['KUBECTL_SUITE_KUBECONFIG'];
      if (!given) server = await startArmillary(['api', '--data', join(folder.path, 'data'), '--port', '0']);
      const kubeconfig = join(folder.path, 'kubeconfig');
      await copyFile(given ?? server!.ready.kubeconfig, kubeconfig);
      session = new KubectlSession(kubectl, kubeconfig, join(folder.path, 'work'));
    });
    afterAll(async () => {
      await server?.stop();
      await folder.remove();
    });

    for (const call of invocations) {
      if (call.since !== undefined && kubectl.minor < call.since) continue;
      test(call.args, async () => {
        const result = await session.run(words(call.args), {
          ...(call.stdin === undefined ? {} : { stdin: call.stdin }),
          ...(call.env ? { env: call.env } : {}),
        });
        expect({ code: result.code, stderr: result.stderr, stdout: result.stdout }).toMatchObject({
          code: call.code ?? 0,
        });
        for (const pattern of call.out ?? []) expect(result.stdout).toMatch(pattern);
        for (const pattern of call.err ?? []) expect(result.stderr).toMatch(pattern);
      });
    }

    test('get -w shows objects as they come, change and go', async () => {
      const watching = session.start(['get', 'cm', '-n', 'default', '-w', '--output-watch-events']);
      try {
        await session.out(['create', 'cm', 'seen', '-n', 'default']);
        await eventually('ADDED', () => /ADDED\s+seen/.test(watching.output()));
        await session.out(['label', 'cm', 'seen', '-n', 'default', 'a=b']);
        await eventually('MODIFIED', () => /MODIFIED\s+seen/.test(watching.output()));
        await session.out(['delete', 'cm', 'seen', '-n', 'default']);
        await eventually('DELETED', () => /DELETED\s+seen/.test(watching.output()));
      } finally {
        watching.kill();
        await ended(watching);
      }
    });
  });
}
