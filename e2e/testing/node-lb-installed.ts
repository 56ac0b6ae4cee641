import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'yaml';
import { startApiServer } from '@armillary/embedded-api';
import { KubeClient, loadKubeconfig } from '@armillary/kube';
import { addresses } from '../../packages/node-lb/src/rules/testing/network-world.ts';
import { armillary } from './armillary.ts';
import { KubectlSession, requiredKubectls } from './kubectl.ts';
import { ApiGate } from './node-lb-api-gate.ts';
import { Machine, type MachineProgram } from './node-lb-machine.ts';
import type { PortClaim, Service } from './node-lb-objects.ts';
import { eventually } from './process.ts';
import { startRealApiServer } from './real-api-server.ts';
import { serviceAccountToken } from './service-account.ts';
import type { Api } from './start-api.ts';

const deploy = new URL('../../deploy/', import.meta.url).pathname;

/** The namespace of deploy/node-lb. */
export const installNamespace = 'armillary-system';
/** The only real node. */
export const nodeName = 'worker-1';
/** The machine may be busy with other tests; nothing here is a measure of time. */
const patienceMs = 120_000;

/** What a kubelet asks of a pod. */
interface Probe {
  httpGet: { host: string; path: string; port: number };
}

/** What of a manifest is read here. */
interface Workload {
  kind: string;
  spec: {
    template: {
      spec: {
        serviceAccountName: string;
        containers: [
          {
            args: string[];
            livenessProbe: Probe;
            readinessProbe: Probe;
            securityContext: { runAsUser?: number };
          },
        ];
      };
    };
  };
}

async function podOf(file: string): Promise<Workload['spec']['template']['spec']> {
  const text = await readFile(`${deploy}node-lb/${file}`, 'utf8');
  return (parse(text) as Workload).spec.template.spec;
}

/**
 * The load balancer installed as on a cluster: definitions and deploy/node-lb/rights.yaml applied by kubectl, and what
 * the manifests would run as pods run here, by the arguments that stand there, with nothing but the credentials of their
 * accounts. All they ask goes through a gate. The node is a machine with a kube-proxy, a client outside and pods.
 */
export class InstalledNodeLb {
  readonly client: KubeClient;
  readonly kubectl: KubectlSession;
  readonly gate: ApiGate;
  readonly machine: Machine;
  readonly #folder: string;
  readonly #api: Api;
  readonly #programs: MachineProgram[] = [];

  private constructor(
    parts: Pick<InstalledNodeLb, 'client' | 'kubectl' | 'gate' | 'machine'>,
    folder: string,
    api: Api,
  ) {
    this.client = parts.client;
    this.kubectl = parts.kubectl;
    this.gate = parts.gate;
    this.machine = parts.machine;
    this.#folder = folder;
    this.#api = api;
  }

  /** On a real kube-apiserver from the folder `assets`, with these controllers; without a folder on the embedded server. */
  static async start(
    assets?: string,
    controllers: string[] = ['namespace', 'garbagecollector'],
  ): Promise<InstalledNodeLb> {
    const folder = await mkdtemp(join(tmpdir(), 'installed-node-lb-'));
    const embedded = await startApiServer({ dataDir: join(folder, 'api'), port: 0 });
    let api: Api = embedded;
    if (assets !== undefined) {
      // Its certificates serve the gate before the real one.
      await embedded.close();
      const real = await startRealApiServer(assets, { controllers });
      api = { kubeconfig: real.kubeconfig, close: () => real.stop() };
    }
    const kubectl = new KubectlSession(requiredKubectls().at(-1)!, api.kubeconfig, folder);
    const crds = ['nodeloadbalancers', 'portclaims'].map((kind) => `crds/network.armillary.dev_${kind}.yaml`);
    const files = [...crds, 'node-lb/rights.yaml'];
    await kubectl.out(['apply', ...files.map((file) => `--filename=${deploy}${file}`)]);
    await kubectl.out(['wait', '--for=condition=Established', '--timeout=50s', 'crd', '--all']);
    const gate = await ApiGate.start(api.kubeconfig, embedded.pki);
    const machine = await Machine.start();
    await machine.network.proxy('iptables-nft', 80);
    await machine.openDoor(gate.url);
    const client = new KubeClient(await loadKubeconfig({ path: api.kubeconfig }));
    const installed = new InstalledNodeLb({ client, kubectl, gate, machine }, folder, api);
    await installed.addNode(nodeName, addresses.node.IPv4);
    return installed;
  }

  /** A Node that is ready. */
  async addNode(name: string, address: string): Promise<void> {
    const status = {
      addresses: [{ type: 'InternalIP', address }],
      conditions: [{ type: 'Ready', status: 'True', reason: 'Test', message: '' }],
    };
    await this.apply({ apiVersion: 'v1', kind: 'Node', metadata: { name } });
    const patch = `--patch=${JSON.stringify({ status })}`;
    await this.kubectl.out(['patch', 'node', name, '--subresource=status', '--type=merge', patch]);
  }

  /** Starts what deploy/node-lb/controller.yaml runs; the gate knows it under the name. */
  async startController(by: string): Promise<MachineProgram> {
    const started = await this.startPod('controller.yaml', by, (args) =>
      // Here all pods have one network.
      args.map((arg) => (arg.startsWith('--health-port=') ? '--health-port=0' : arg)),
    );
    return started;
  }

  /** Starts what deploy/node-lb/agent.yaml runs, unless told otherwise. */
  async startAgent(by: string, change = (args: string[]): string[] => args): Promise<MachineProgram> {
    return this.startPod('agent.yaml', by, change);
  }

  /** Runs the agent's program with other arguments to its end. */
  async runAgent(
    by: string,
    ...args: string[]
  ): Promise<{ code: number | null; stdout: string; stderr: string }> {
    const { argv, env } = await this.#pod('agent.yaml', by, () => [
      'node-agent',
      ...args,
      `--node-name=${nodeName}`,
    ]);
    return this.machine.run(argv, { env });
  }

  /** What the agent answers to the probes of deploy/node-lb/agent.yaml, liveness first: the codes of HTTP. */
  async probeAgent(): Promise<string[]> {
    const { livenessProbe, readinessProbe } = (await podOf('agent.yaml')).containers[0];
    const probes = [livenessProbe, readinessProbe].map(async ({ httpGet: { host, path, port } }) => {
      const ask = 'process.stdout.write(String((await fetch(process.argv[1])).status))';
      const argv = [process.execPath, '--input-type=module', '--eval', ask, `http://${host}:${port}${path}`];
      return (await this.machine.run(argv)).stdout;
    });
    return Promise.all(probes);
  }

  async startPod(file: string, by: string, change: (args: string[]) => string[]): Promise<MachineProgram> {
    const { argv, env } = await this.#pod(file, by, change);
    const program = this.machine.start(argv, env);
    this.#programs.push(program);
    await program.ready;
    return program;
  }

  /** The words and environment by which the manifest's pod runs. */
  async #pod(
    file: string,
    by: string,
    change: (args: string[]) => string[],
  ): Promise<{ argv: string[]; env: NodeJS.ProcessEnv }> {
    const { serviceAccountName: name, containers } = await podOf(file);
    const { args, securityContext } = containers[0];
    const token = await serviceAccountToken(this.kubectl, { namespace: installNamespace, name });
    this.gate.name(token, by);
    const pod = await this.machine.pod({ token, ca: this.gate.ca, namespace: installNamespace });
    const { runAsUser } = securityContext;
    const user = runAsUser === undefined ? [] : ['setpriv', `--reuid=${runAsUser}`, '--clear-groups', '--'];
    const words = change(args).map((arg) => arg.replace('$(NODE_NAME)', nodeName));
    const { hostname, port } = new URL(this.gate.url);
    return {
      argv: [...pod, ...user, process.execPath, armillary, ...words],
      env: {
        KUBECONFIG: '',
        HOME: '/nonexistent',
        KUBERNETES_SERVICE_HOST: hostname,
        KUBERNETES_SERVICE_PORT: port,
      },
    };
  }

  async apply(...items: object[]): Promise<void> {
    const stdin = JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
    await this.kubectl.out(['apply', '-f', '-'], { stdin });
  }

  async service(name: string): Promise<Service | undefined> {
    return this.#read(['get', 'service', name]);
  }

  async claim(node: string, port: number): Promise<PortClaim | undefined> {
    return this.#read(['get', 'portclaim', `${node}.tcp.${port}`]);
  }

  async claims(): Promise<PortClaim[]> {
    return (await this.#read<{ items: PortClaim[] }>(['get', 'portclaims']))?.items ?? [];
  }

  /** Waits until the status of a Service tells exactly these addresses. */
  async answersAt(name: string, ...wanted: string[]): Promise<void> {
    await eventually(
      `${name} tells ${wanted.join(', ') || 'no address'}`,
      async () => {
        const ingress = (await this.service(name))?.status?.loadBalancer?.ingress ?? [];
        return ingress.map(({ ip }) => ip).join() === wanted.join();
      },
      patienceMs,
    );
  }

  /** Waits until a client outside is answered at the node's port; who the pod saw. */
  async reached(port: number): Promise<string> {
    return eventually(
      `port ${port} answers`,
      async () => {
        const answer = await this.machine.network.ask('client', 'TCP', addresses.node.IPv4, port);
        return /^[\d.]+ [\d.]+$/u.test(answer) && answer.split(' ')[0];
      },
      patienceMs,
    );
  }

  /** Ends everything; resolves with what the programs wrote. */
  async close(): Promise<string> {
    await Promise.all(this.#programs.map((program) => program.stop('SIGKILL')));
    await this.machine.stop();
    await this.client.close();
    await this.gate.close();
    await this.#api.close();
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5 });
    return this.#programs.map((program) => program.stderr()).join('');
  }

  async #read<T>(args: string[]): Promise<T | undefined> {
    const text = await this.kubectl.out([...args, '--ignore-not-found', '-o=json']);
    return text === '' ? undefined : (JSON.parse(text) as T);
  }
}
