import { KubeClient, loadKubeconfig } from '@armillary/kube';
import { notificationKinds } from '@armillary/notifications';
import { startArmillary, temporaryFolder, type Running } from './armillary.ts';
import { KubectlSession, requiredKubectls } from './kubectl.ts';
import { serveKinds } from './serve-kinds.ts';
import { serviceAccountKubeconfig } from './service-account.ts';
import { startApi, type Api } from './start-api.ts';

const manifests = new URL('../../deploy/notification-manager/', import.meta.url).pathname;

type TemporaryFolder = Awaited<ReturnType<typeof temporaryFolder>>;

/** The namespace of deploy/notification-manager. */
export const installNamespace = 'armillary-notifications';

/**
 * An API server with the notification manager installed as on a cluster: its definitions, and parts of
 * deploy/notification-manager applied by kubectl. What a cluster would run as pods is started here, with the rights of the pods' accounts.
 */
export class InstalledNotifications {
  readonly kubectl: KubectlSession;
  readonly #folder: TemporaryFolder;
  readonly #api: Api;
  readonly #running: Running[] = [];

  private constructor(api: Api, kubectl: KubectlSession, folder: TemporaryFolder) {
    this.#api = api;
    this.kubectl = kubectl;
    this.#folder = folder;
  }

  /** Where programs may keep their data; gone after `close`. */
  get folder(): string {
    return this.#folder.path;
  }

  /** `parts` are files of deploy/notification-manager, beside the rights of the notification manager itself. */
  static async start(...parts: string[]): Promise<InstalledNotifications> {
    const folder = await temporaryFolder();
    const api = await startApi(`${folder.path}/api`);
    const client = new KubeClient(await loadKubeconfig({ path: api.kubeconfig }));
    await serveKinds(client, notificationKinds);
    await client.close();
    const kubectl = new KubectlSession(requiredKubectls().at(-1)!, api.kubeconfig, folder.path);
    const files = ['rights.yaml', ...parts].map((file) => `--filename=${manifests}${file}`);
    await kubectl.out(['apply', ...files]);
    return new InstalledNotifications(api, kubectl, folder);
  }

  /** Runs `armillary ARGS` with the rights of an account of the install namespace, until `close`. */
  async runAs(account: string, args: string[], env: NodeJS.ProcessEnv = {}): Promise<Running> {
    const name = { namespace: installNamespace, name: account };
    const kubeconfig = await serviceAccountKubeconfig(this.kubectl, name, this.folder);
    const running = await startArmillary([...args, `--kubeconfig=${kubeconfig}`], env);
    this.#running.push(running);
    return running;
  }

  /** An object as the server has it; undefined when it is not there. */
  async get<T>(kind: string, name: string, namespace: string = installNamespace): Promise<T | undefined> {
    const args = ['get', kind, name, `--namespace=${namespace}`, '--ignore-not-found', '-o=json'];
    const text = await this.kubectl.out(args);
    return text === '' ? undefined : (JSON.parse(text) as T);
  }

  async apply(...objects: object[]): Promise<void> {
    const list = { apiVersion: 'v1', kind: 'List', items: objects };
    await this.kubectl.out(['apply', '-f', '-'], { stdin: JSON.stringify(list) });
  }

  /** Ends everything; resolves with the exit codes of the programs, and what they wrote. */
  async close(): Promise<{ codes: (number | null)[]; log: string }> {
    const codes = await Promise.all(this.#running.map((running) => running.stop()));
    await this.#api.close();
    await this.#folder.remove();
    return { codes, log: this.#running.map((running) => running.stderr()).join('') };
  }
}
