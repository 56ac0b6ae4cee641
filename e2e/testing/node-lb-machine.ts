import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createConnection, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { addresses, NetworkWorld } from '../../packages/node-lb/src/rules/testing/network-world.ts';
import { armillary } from './armillary.ts';
import { ended, runProgram, type Finished } from './process.ts';

/** What a pod is given to speak to the API server. */
export interface PodAccount {
  token: string;
  /** PEM. */
  ca: string;
  namespace: string;
}

/** Where a pod finds that. */
const accountFolder = '/run/secrets/kubernetes.io/serviceaccount';

/** A program of a machine that goes on. */
export interface MachineProgram {
  process: ChildProcess;
  /** All of standard error so far. */
  stderr(): string;
  /** Resolves when it says that it is ready; rejects with its words when it ends before that. */
  ready: Promise<void>;
  /** Sends a signal, SIGTERM unless told, and resolves with the exit code; null when the signal ended it. */
  stop(signal?: NodeJS.Signals): Promise<number | null>;
}

/**
 * A machine of its own as far as the load balancer can tell: a network with a client outside and pods behind, and a /run
 * of its own, so that the namespaces, locks and credentials that programs find there are this machine's only.
 */
export class Machine {
  readonly network: NetworkWorld;
  readonly folder: string;
  readonly #resident: ChildProcess;
  readonly #programs: ChildProcess[] = [];
  readonly #sockets = new Set<Socket>();
  #relay: Server | undefined;

  private constructor(folder: string, network: NetworkWorld, resident: ChildProcess) {
    this.folder = folder;
    this.network = network;
    this.#resident = resident;
  }

  static async start(): Promise<Machine> {
    const folder = await mkdtemp(join(tmpdir(), 'node-lb-machine-'));
    const network = new NetworkWorld();
    await network.build();
    const { node, bounce } = network.names;
    // The bounce namespace is the agent's to make.
    await network.commands.run('ip', ['netns', 'delete', bounce]);
    // A machine has a way to the rest of the world: by it, it knows its own address.
    for (const gateway of [addresses.client.IPv4, addresses.client.IPv6]) {
      await network.commands.run('ip', ['-n', node, 'route', 'add', 'default', 'via', gateway]);
    }
    // What pods mount below /run/netns is the machine's, and all else in /run that pods mount is theirs alone.
    const ownRun = `mount -t tmpfs tmpfs /run && mkdir -p /run/netns ${accountFolder} &&
      mount --bind /run/netns /run/netns && mount --make-shared /run/netns && echo made && exec sleep infinity`;
    const enter = [`--net=/run/netns/${node}`, '--', 'unshare', '--mount', '--propagation', 'private'];
    const resident = spawn('nsenter', [...enter, 'sh', '-c', ownRun], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await Promise.race([
      once(resident.stdout, 'data'),
      once(resident, 'exit').then(() => Promise.reject(new Error('no machine could be made'))),
    ]);
    return new Machine(folder, network, resident);
  }

  /** What runs a program on this machine, before the program's own words. */
  get enter(): string[] {
    return ['nsenter', `--target=${this.#resident.pid}`, '--mount', '--net', '--'];
  }

  /** Lets programs of this machine reach a server of the test's, at the same address on loopback. */
  async openDoor(server: string): Promise<void> {
    const { hostname, port } = new URL(server);
    const path = join(this.folder, 'door.sock');
    this.#relay = createServer((socket) => {
      const api = createConnection({ host: hostname, port: Number(port) });
      this.#sockets.add(socket.once('close', () => this.#sockets.delete(socket)));
      pipeline(socket, api, () => {});
      pipeline(api, socket, () => {});
    });
    await once(this.#relay.listen(path), 'listening');
    const program = fileURLToPath(new URL('node-lb-door.ts', import.meta.url));
    const door = this.#spawn([process.execPath, program, port, path]);
    await Promise.race([
      once(door.stdout!, 'data'),
      once(door, 'exit').then(() => Promise.reject(new Error('the door does not open'))),
    ]);
  }

  /** What makes a program a pod of the account, before the program's own words: it finds its credentials where pods do. */
  async pod({ token, ca, namespace }: PodAccount): Promise<string[]> {
    const folder = await mkdtemp(join(this.folder, 'account-'));
    // Pods need not be root to read it.
    await chmod(folder, 0o755);
    for (const [name, text] of Object.entries({ token, 'ca.crt': ca, namespace })) {
      await writeFile(join(folder, name), text);
    }
    const mount = `mount --bind "$0" ${accountFolder} && exec "$@"`;
    return ['unshare', '--mount', '--propagation', 'unchanged', 'sh', '-c', mount, folder];
  }

  /** Runs a program on the machine to its end. */
  async run(
    argv: string[],
    options: { stdin?: string; env?: NodeJS.ProcessEnv; timeoutMs?: number } = {},
  ): Promise<Finished> {
    const [command = '', ...args] = [...this.enter, ...argv];
    const env = { ...process.env, ...options.env };
    return runProgram(command, args, { timeoutMs: 120_000, ...options, env });
  }

  /** Runs `armillary ARGS` on the machine to its end. */
  async armillary(args: string[], env: NodeJS.ProcessEnv = {}): Promise<Finished> {
    return this.run([process.execPath, armillary, ...args], { env });
  }

  /** Starts `armillary ARGS` on the machine; see {@link start}. */
  startArmillary(args: string[], env: NodeJS.ProcessEnv = {}): MachineProgram {
    return this.start([process.execPath, armillary, ...args], env);
  }

  /** Starts a program of armillary's on the machine; it goes on until it is stopped, and no longer than the machine. */
  start(argv: string[], env: NodeJS.ProcessEnv = {}): MachineProgram {
    const child = this.#spawn(argv, env);
    let stderr = '';
    child.stderr!.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    const ready = new Promise<void>((resolve, reject) => {
      child.stderr!.on('data', () => {
        if (/^Ready\./mu.test(stderr)) resolve();
      });
      child.once('exit', (code) => reject(new Error(`${argv.join(' ')} exited with ${code}:\n${stderr}`)));
    });
    // Whoever does not wait for it is not to be told.
    ready.catch(() => {});
    return {
      process: child,
      stderr: () => stderr,
      ready,
      async stop(signal = 'SIGTERM') {
        child.kill(signal);
        await ended(child);
        return child.exitCode;
      },
    };
  }

  /** A kubectl that runs on this machine, for a server there; `path` is a program as any other. */
  async kubectlHere(path: string): Promise<string> {
    const script = join(this.folder, 'kubectl');
    await writeFile(script, `#!/bin/sh\nexec ${this.enter.join(' ')} ${path} "$@"\n`, { mode: 0o700 });
    return script;
  }

  /** All rules and sets of the machine, without counters. */
  async rules(): Promise<string> {
    const nft = await this.run(['nft', 'list', 'ruleset']);
    const legacy = await this.run(['iptables-legacy-save']);
    const sets = await this.run(['ipset', 'save', '-sorted']);
    return `${nft.stdout}${legacy.stdout}${sets.stdout}`
      .replace(/counter packets \d+ bytes \d+/gu, 'counter')
      .replace(/\[\d+:\d+\]/gu, '')
      .replace(/^#.*\n/gmu, '');
  }

  async stop(): Promise<void> {
    for (const child of this.#programs) child.kill('SIGKILL');
    await Promise.all(this.#programs.map(ended));
    this.#relay?.close();
    for (const socket of this.#sockets) socket.destroy();
    this.#resident.kill('SIGKILL');
    await ended(this.#resident);
    await this.network.remove();
    // Programs that a killed one had started may end a moment later.
    await rm(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  #spawn(argv: string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
    const [command = '', ...args] = [...this.enter, ...argv];
    const child = spawn(command, args, {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#programs.push(child);
    return child;
  }
}
