/**
 * `armillary up` on a machine of its own: by default it says what it would do for LoadBalancer Services, without any
 * rights; with `--node-lb apply` it does it, as root.
 */
import { chmod, mkdir } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canTryRules } from '../packages/node-lb/src/rules/testing/available.ts';
import { addresses, podPort } from '../packages/node-lb/src/rules/testing/network-world.ts';
import { armillary } from './testing/armillary.ts';
import { KubectlSession, requiredKubectls } from './testing/kubectl.ts';
import { Machine, type MachineProgram } from './testing/node-lb-machine.ts';
import { clusterService, localService, type PortClaim, type Service } from './testing/node-lb-objects.ts';
import { eventually } from './testing/process.ts';

const canRun = canTryRules('armillary up with LoadBalancer Services');
/** The machine may be busy with other tests; nothing here is a measure of time. */
const patienceMs = 120_000;
const freePorts = ['--port=0', '--api-port=0', '--notification-port=0'];
const nodeName = `armillary-${hostname().toLowerCase()}`;
/** Who has no rights at all. */
const nobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', '--'];

describe.skipIf(!canRun)('up', { timeout: 300_000 }, () => {
  let machine: Machine;
  let data: string;
  let kubectl: KubectlSession;
  /** What nobody of ours has touched. */
  let untouched: string;

  beforeAll(async () => {
    machine = await Machine.start();
    untouched = await machine.rules();
    // A folder that everybody may use, on the way to which everybody may pass.
    await chmod(machine.folder, 0o777);
    data = join(machine.folder, 'data');
    const program = requiredKubectls().at(-1)!;
    const path = await machine.kubectlHere(program.path);
    await mkdir(join(machine.folder, 'home'));
    kubectl = new KubectlSession({ ...program, path }, `${data}/kubeconfig`, machine.folder);
  });
  afterAll(() => machine?.stop());

  async function apply(...items: object[]): Promise<void> {
    const stdin = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
    await kubectl.out(['apply', '-f', '-'], { stdin });
  }

  async function claimOf(port: number): Promise<PortClaim | undefined> {
    const name = `${nodeName}.tcp.${port}`;
    const text = await kubectl.out(['get', 'portclaim', name, '--ignore-not-found', '-o=json']);
    return text === '' ? undefined : (JSON.parse(text) as PortClaim);
  }

  async function told(port: number, reason: string): Promise<string> {
    return eventually(
      `the claim on ${port} is ${reason}`,
      async () => {
        const condition = (await claimOf(port))?.status?.conditions?.find(
          (each) => each.type === 'Programmed',
        );
        return condition?.reason === reason && (condition.message ?? ' ');
      },
      patienceMs,
    );
  }

  async function service(name: string): Promise<Service> {
    return JSON.parse(await kubectl.out(['get', 'service', name, '-o=json'])) as Service;
  }

  test('refuses to change rules as somebody else than root, before it starts anything', async () => {
    const args = [process.execPath, armillary, 'up', `--data=${data}-no`, ...freePorts, '--node-lb=apply'];
    const result = await machine.run([...nobody, ...args]);
    expect(result.code).toBe(2);
    expect(result.stderr).toMatch(/--node-lb apply changes the rules of this machine: run it as root/);
    expect((await machine.run(['ls', machine.folder])).stdout).not.toContain('data-no');
  });

  test('is ready also when the agent that only plans does not start, and says so', async () => {
    const endsAgents = "--import=data:text/javascript,process.argv[2]==='node-agent'%26%26process.exit(7)";
    const args = [process.execPath, armillary, 'up', `--data=${data}-untold`, ...freePorts];
    const up = machine.start([...nobody, ...args], { NODE_OPTIONS: endsAgents });
    try {
      await up.ready;
      await eventually(
        'it says so',
        () => Promise.resolve(/node-agent did not start \(exit code 7\)/.test(up.stderr())),
        patienceMs,
      );
    } finally {
      expect(await up.stop()).toBe(0);
    }
  });

  describe('by default, without any rights', () => {
    let up: MachineProgram;
    beforeAll(async () => {
      up = machine.start([...nobody, process.execPath, armillary, 'up', `--data=${data}`, ...freePorts]);
      await up.ready;
    }, 240_000);
    afterAll(async () => {
      await up.stop('SIGKILL');
    });

    test('gives a Service of the policy Local its port, and tells what would be done for it', async () => {
      await apply(...localService('web', 80, { nodeName, address: addresses.pods.IPv4[0], port: podPort }));
      const message = await told(80, 'PlanOnly');
      expect(message).toContain(`${addresses.node.IPv4}:80`);
      expect(message).toContain(`${addresses.pods.IPv4[0]}:${podPort}`);
      expect(message).toContain('nothing was installed');
      const events = await eventually(
        'the event WouldServe',
        async () => {
          const text = await kubectl.out(['get', 'events', '--field-selector=reason=WouldServe', '-o=json']);
          const { items } = JSON.parse(text) as { items: { message: string; involvedObject: object }[] };
          return items.length > 0 && items;
        },
        patienceMs,
      );
      expect(events[0]?.involvedObject).toMatchObject({ kind: 'Service', name: 'web' });
      expect(events[0]?.message).toContain(`${addresses.node.IPv4}:80`);
    });

    test('tells nobody an address at which nothing answers', async () => {
      const { status } = await service('web');
      expect(status?.loadBalancer?.ingress ?? []).toEqual([]);
      const programmed = await eventually(
        'the Service says why',
        async () => {
          const { status: now } = await service('web');
          return now?.conditions?.find(({ type, reason }) => type === 'Programmed' && reason === 'PlanOnly');
        },
        patienceMs,
      );
      expect(programmed).toMatchObject({ status: 'False' });
      expect(programmed.message).toContain(`${addresses.node.IPv4}:80`);
    });

    test('says that the policy Cluster needs a kube-proxy, which only root could see, and what works without', async () => {
      await apply(clusterService('plain', 81));
      const message = await told(81, 'PlanOnly');
      expect(message).toMatch(/kube-proxy .* could not be seen, .* only externalTrafficPolicy: Local works/);
    });

    test('prints the plan', async () => {
      const args = [
        'node-agent',
        '--print-plan',
        `--kubeconfig=${data}/kubeconfig`,
        `--node-name=${nodeName}`,
      ];
      const { code, stdout } = await machine.armillary(args);
      expect(code).toBe(0);
      expect(stdout).toContain(`${addresses.node.IPv4}:80`);
      expect(stdout).toContain('default/web');
      const printed = await machine.armillary([...args, '--output=json']);
      expect(JSON.parse(printed.stdout)).toMatchObject({
        plan: { ports: [{ port: 80, service: 'default/web' }] },
      });
    });

    test('and has changed nothing', async () => {
      expect(await machine.rules()).toBe(untouched);
      expect((await machine.run(['ip', 'netns'])).stdout).toBe('');
      expect((await machine.run(['ip', '-br', 'link'])).stdout).not.toContain('armillary');
      expect((await machine.run(['ss', '-Hltn', 'sport = 80'])).stdout).toBe('');
    });

    test('stops in order', async () => {
      expect(await up.stop()).toBe(0);
      expect(up.stderr()).not.toMatch(/warning|unsettled|killed|unexpectedly/i);
    });
  });

  describe('with --node-lb apply, as root', () => {
    let up: MachineProgram;
    beforeAll(async () => {
      up = machine.startArmillary(['up', `--data=${data}`, ...freePorts, '--node-lb=apply']);
      await up.ready;
    }, 240_000);
    afterAll(async () => {
      await up.stop('SIGKILL');
    });

    test("serves what was planned: a client reaches the pod at the node's address, with its own", async () => {
      await told(80, 'Programmed');
      const { status } = await eventually(
        'the Service tells its address',
        async () => {
          const now = await service('web');
          return now.status?.loadBalancer?.ingress?.length === 1 && now;
        },
        patienceMs,
      );
      expect(status?.loadBalancer?.ingress).toEqual([
        { ip: addresses.node.IPv4, ipMode: 'Proxy', ports: [{ port: 80, protocol: 'TCP' }] },
      ]);
      await reached();
    });

    test('and refuses the policy Cluster, as nothing serves cluster IPs here', async () => {
      // What the plan said of it is still there, and speaks of a kube-proxy, too.
      await told(81, 'NoKubeProxy');
      const said = await eventually(
        'the Service says why',
        async () => {
          const { status } = await service('plain');
          const conditions = status?.conditions ?? [];
          return conditions.find(
            ({ reason, message = '' }) => reason !== 'PlanOnly' && /kube-proxy/.test(message),
          )?.message;
        },
        patienceMs,
      );
      expect(said).toMatch(/externalTrafficPolicy: Local/);
      expect((await service('plain')).status?.loadBalancer?.ingress ?? []).toEqual([]);
      expect((await machine.run(['ss', '-Hltn', 'sport = 81'])).stdout).toBe('');
    });

    test('leaves the traffic as it is when it stops', async () => {
      expect(await up.stop()).toBe(0);
      expect(up.stderr()).not.toMatch(/warning|unsettled|killed|unexpectedly/i);
      await reached();
    });

    test.each([
      ['--uninstall', /--uninstall removes the rules of the node: run it as root$/m],
      ['--once', /--once changes the rules of the node: run it as root, or see .* with --print-plan$/m],
      ['--output=text', /the agent changes the rules of the node: run it as root, or with --plan$/m],
    ])('node-agent %s says what it needs root for, and what works without', async (flag, words) => {
      const result = await machine.run([...nobody, process.execPath, armillary, 'node-agent', flag]);
      expect(result.code).toBe(1);
      expect(result.stderr).toMatch(words);
    });

    test('node-agent --uninstall removes everything, without an API server', async () => {
      const { code, stderr } = await machine.armillary(
        ['node-agent', '--uninstall', `--node-name=${nodeName}`],
        {
          KUBECONFIG: '',
          HOME: machine.folder,
        },
      );
      expect(stderr).toContain(`Nothing of the load balancer is left on ${nodeName}`);
      expect(code).toBe(0);
      expect(await machine.rules()).toBe(untouched);
      expect((await machine.run(['ip', 'netns'])).stdout).toBe('');
      expect((await machine.run(['ip', '-br', 'link'])).stdout).not.toContain('armillary');
      expect(await machine.network.ask('client', 'TCP', addresses.node.IPv4, 80)).toBe('refused');
      const again = await machine.armillary(
        ['node-agent', '--uninstall', '--output=json', `--node-name=${nodeName}`],
        { KUBECONFIG: '', HOME: machine.folder },
      );
      expect(JSON.parse(again.stdout)).toEqual({ event: 'uninstalled', node: nodeName });
    });
  });

  async function reached(): Promise<void> {
    const { client, node } = addresses;
    await eventually(
      'the pod answers',
      async () => {
        const answer = await machine.network.ask('client', 'TCP', node.IPv4, 80);
        return answer === `${client.IPv4} ${addresses.pods.IPv4[0]}`;
      },
      patienceMs,
    );
  }
});
