import { spawn } from 'node:child_process';
import { chown, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, describe, test } from 'vitest';
import { startDualStackApi } from '../../../../e2e/testing/dual-stack-api.ts';
import { serveKinds } from '../../../../e2e/testing/serve-kinds.ts';
import { nodeLbKinds } from '../kinds/node-lb-kinds.ts';
import { systemCommands } from '../host/system-commands.ts';
import { startLab } from './lab.ts';
import { labPrefix } from './lab-name.ts';
import type { LabLayout } from './layout.ts';
import { programmedNode } from './readiness.ts';
import { removeStaleLabs } from './remove-labs.ts';
import { canMakeLabs, patience, withLab } from './testing/lab-world.ts';

const commands = systemCommands();

/** What of a lab is on this machine: its folder, namespaces, and its link. */
async function leftOf(layout: LabLayout): Promise<string[]> {
  const namespaces = await readdir('/run/netns');
  const { stdout } = await commands.run('ip', ['-o', 'link', 'show', 'type', 'veth']);
  const folders = await readdir(tmpdir());
  return [
    ...folders.filter((name) => name.startsWith(`${layout.prefix}-`)),
    ...namespaces.filter((name) => name.startsWith(`${layout.prefix}-`)),
    ...(stdout.includes(` ${layout.root.link}@`) ? [layout.root.link] : []),
  ];
}

/** Everything of this namespace that a lab must not change. Reading by iptables-legacy would itself make tables. */
async function thisNetwork(): Promise<string> {
  const read = await Promise.all(
    [
      ['nft', 'list', 'ruleset'],
      ['ip', 'rule', 'list'],
      ['ip', '-4', 'route', 'show', 'default'],
      ['sysctl', 'net.ipv4.ip_forward', 'net.ipv6.conf.all.forwarding'],
    ].map(([program = '', ...args]) => commands.run(program, args)),
  );
  return [...read.map(({ stdout }) => stdout), await readFile('/proc/net/ip_tables_names', 'utf8')].join('');
}

describe.skipIf(!canMakeLabs('removing labs'))('a lab', patience, () => {
  test('leaves nothing behind and changes nothing of the network it was started in', async () => {
    const before = await thisNetwork();
    let layout: LabLayout | undefined;
    await withLab({ kubeProxy: 'shape-iptables-legacy' }, async (lab) => {
      layout = lab.layout;
      expect(await leftOf(lab.layout)).toContain(lab.layout.root.link);
      expect(await thisNetwork()).toBe(before);
    });
    expect(layout && (await leftOf(layout))).toEqual([]);
    expect(await thisNetwork()).toBe(before);
  });

  test('of a killed process is removed by a later run, with its agents and what they made', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'armillary-lab-test-'));
    const api = await startDualStackApi(folder);
    const program = fileURLToPath(new URL('./testing/lab-program.ts', import.meta.url));
    const child = spawn(process.execPath, ['--no-warnings', program, api.kubeconfig], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    try {
      const layout = await new Promise<LabLayout>((resolve, reject) => {
        child.once('exit', () => reject(new Error('the program ended early')));
        createInterface({ input: child.stdout }).once('line', (line) =>
          resolve(JSON.parse(line) as LabLayout),
        );
      });
      const made = await leftOf(layout);
      expect(made).toEqual(expect.arrayContaining(layout.nodes.map(({ link }) => link.namespace)));

      // Its process lives: it is nobody else's to remove.
      await removeStaleLabs(commands);
      expect(await leftOf(layout)).toEqual(made);

      const dead = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGKILL');
      await dead;
      await removeStaleLabs(commands);
      expect(await leftOf(layout)).toEqual([]);
    } finally {
      child.kill('SIGKILL');
      await api.close();
      await rm(folder, { recursive: true, force: true });
    }
  });

  test('of somebody else, by the name of a folder, is left to him: he could lead its removal elsewhere', async () => {
    // A process of this number cannot be; another one that runs this test has a folder of its own.
    const folder = join(tmpdir(), labPrefix({ pid: 2 ** 22 + 1, startTicks: process.pid }, 0));
    const made = await mkdtemp(join(tmpdir(), 'armillary-lab-test-'));
    try {
      await chown(made, 65_534, 65_534);
      await rename(made, folder);
      await removeStaleLabs(commands);
      expect(await readdir(folder)).toEqual([]);
      await chown(folder, 0, 0);
      await removeStaleLabs(commands);
      await expect(readdir(folder)).rejects.toThrow('ENOENT');
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  test('that cannot be started is gone when its start fails', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'armillary-lab-test-'));
    const api = await startDualStackApi(folder);
    await api.close();
    const before = await readdir('/run/netns');
    const signal = AbortSignal.timeout(1500);
    try {
      await expect(
        startLab({ kubeconfig: api.kubeconfig, kubeProxy: 'shape-nftables', signal }),
      ).rejects.toThrow();
      const own = (name: string): boolean => name.startsWith(`armillary-lab-${process.pid}-`);
      expect((await readdir('/run/netns')).filter(own)).toEqual(before.filter(own));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  test('says which of its programs ended, and with what words', async () => {
    const agentCommand = () => ['ip', 'link', 'show', 'nosuchlink'];
    await withLab({ kubeProxy: 'shape-nftables', agentCommand }, async (lab) => {
      // It may be asked for claims before the programs have ended.
      await serveKinds(lab.api, nodeLbKinds);
      await expect(lab.target()).rejects.toThrow(/ip link show ended:\n.*nosuchlink/s);
    });
  });

  test('says what it waits for in vain', async () => {
    await withLab({ kubeProxy: 'shape-nftables' }, async (lab) => {
      await serveKinds(lab.api, nodeLbKinds);
      const { signal } = new AbortController();
      const waiting = programmedNode(lab, {
        deadlineMs: 0,
        signal,
        check: () => {},
        lastWords: () => 'so it said',
      });
      await expect(waiting).rejects.toThrow(
        /in vain: there is no claim; does the controller run\?\nso it said$/,
      );
    });
  });
});
