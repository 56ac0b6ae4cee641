/** `armillary lab node-lb`: controller, agents and a kube-proxy as processes, traffic on all paths, nothing left. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Matrix } from '@armillary/node-lb';
import { describe, expect, test } from 'vitest';
import { armillary } from './testing/armillary.ts';
import { available } from './testing/available.ts';
import { startDualStackApi } from './testing/dual-stack-api.ts';

const assets = process.env['KUBEBUILDER_ASSETS'];
const isRoot = process.platform === 'linux' && process.getuid?.() === 0;

interface Lab {
  pid: number;
  code: number | null;
  stdout: string;
  stderr: string;
}

function lab(...args: string[]): Lab {
  const { KUBEBUILDER_ASSETS: _, ...env } = process.env;
  const command = [armillary, 'lab', 'node-lb', ...args];
  const { pid, status, stdout, stderr } = spawnSync(process.execPath, command, {
    encoding: 'utf8',
    env,
  });
  return { pid, code: status, stdout, stderr };
}

/** What the lab of a process, or any, left on this machine. Other labs may run beside it. */
function traces(pid: number): string[] {
  const env = { ...process.env, PATH: `${process.env['PATH']}:/usr/sbin` };
  const run = (program: string, ...args: string[]): string[] =>
    spawnSync(program, args, { encoding: 'utf8', env }).stdout.split('\n');
  const own = new RegExp(`armillary-lab-${pid}-|armlab${pid.toString(36)}-`);
  const rules = ['iptables-nft-save', 'ip6tables-nft-save', 'iptables-legacy-save', 'ip6tables-legacy-save'];
  return [
    ...[...run('ip', 'netns', 'list'), ...run('ip', '-o', 'link')].filter((line) => own.test(line)),
    ...[
      ...rules.flatMap((program) => run(program)),
      ...run('nft', 'list', 'tables'),
      ...run('ipset', 'list', '-n'),
    ].filter((line) => /armillary/i.test(line)),
  ];
}

function failing(stdout: string): unknown[] {
  const { cells } = JSON.parse(stdout) as Matrix;
  expect(cells).toHaveLength(24);
  return cells.filter(({ passed, of }) => passed < of);
}

describe.skipIf(!available('armillary lab node-lb', 'Linux and root', isRoot))(
  'armillary lab node-lb',
  () => {
    test.each([
      ['shape-iptables-nft', 'Cluster'],
      ['shape-iptables-legacy', 'Cluster'],
      ['shape-nftables', 'Cluster'],
      ['shape-iptables-legacy', 'Local'],
      ['shape-nftables', 'Local'],
    ])(
      'all paths work with %s and the policy %s',
      (kubeProxy, policy) => {
        const { code, stdout, stderr } = lab(
          '--kube-proxy',
          kubeProxy,
          '--policy',
          policy,
          '--output',
          'json',
        );
        expect({ code, stderr }).toMatchObject({ code: 0 });
        expect(failing(stdout)).toEqual([]);
      },
      180_000,
    );

    test('for people it is a table, and afterwards nothing of it is left', () => {
      const { pid, code, stdout, stderr } = lab('--connections', '1');
      expect({ code, stderr }).toMatchObject({ code: 0 });
      expect(stdout).toMatch(/^external +1\/1 +1\/1 +1\/1 +1\/1$/m);
      expect(stdout).toMatch(/^24 of 24 paths work$/m);
      expect(traces(pid)).toEqual([]);
    });

    test('a kube-proxy that is not there is an error of usage', () => {
      const { code, stderr } = lab(
        '--kube-proxy',
        'real-iptables-nft',
        '--kube-proxy-folder',
        '/nonexistent',
      );
      expect(code).toBe(2);
      expect(stderr).toContain('--kube-proxy-folder');
    });

    describe.skipIf(assets === undefined)('with a real kube-proxy and kube-apiserver', () => {
      test.each(
        ['real-iptables-nft', 'real-iptables-legacy'].flatMap((kind) => [
          [kind, 'Cluster'] as const,
          [kind, 'Local'] as const,
        ]),
      )(
        'all paths work with %s and the policy %s',
        async (kubeProxy, policy) => {
          const folder = mkdtempSync(join(tmpdir(), 'node-lb-lab-'));
          const api = await startDualStackApi(folder, assets);
          try {
            const { code, stdout, stderr } = lab(
              `--kube-proxy=${kubeProxy}`,
              `--kube-proxy-folder=${assets}`,
              `--kubeconfig=${api.kubeconfig}`,
              `--policy=${policy}`,
              '--output=json',
            );
            expect({ code, stderr }).toMatchObject({ code: 0 });
            expect(failing(stdout)).toEqual([]);
          } finally {
            await api.close();
            rmSync(folder, { recursive: true, force: true });
          }
        },
        240_000,
      );
    });
  },
);
