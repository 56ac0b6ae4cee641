import { existsSync, mkdirSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join, normalize } from 'node:path';
import type { TaskPaths } from '@armillary/tekton';
import { removeTree } from './remove-tree.ts';

/** What has no use after the pod has ended, and may hold secrets. */
const swept = ['workspace', 'tmp', 'results', 'steps', 'scripts', 'pipes', 'creds'] as const;

/** The files of one pod on this machine: the places that Tekton promises inside its containers. */
export class PodFolder {
  readonly root: string;
  readonly #volumes: ReadonlyMap<string, string>;

  /** @param volumes workspaces that live elsewhere, by name */
  constructor(root: string, volumes: ReadonlyMap<string, string> = new Map()) {
    this.root = root;
    this.#volumes = volumes;
  }

  /**
   * Makes the folder. Whoever makes it may run the pod: no other process, now or after a restart, gets true again.
   * @returns false when it exists
   */
  claim(): boolean {
    try {
      mkdirSync(this.root, { mode: 0o700 });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
      throw error;
    }
    return true;
  }

  /** Makes what steps need, the folders of their own results included. */
  async prepare(containers: readonly string[]): Promise<void> {
    const make = async (folder: string): Promise<void> => {
      await mkdir(join(this.root, folder), { recursive: true, mode: 0o700 });
    };
    await Promise.all(['logs', 'home', ...swept].map(make));
    await Promise.all(containers.map((container) => make(`steps/${container}/results`)));
  }

  get workspaces(): string {
    return join(this.root, 'workspace');
  }

  get home(): string {
    return join(this.root, 'home');
  }

  get temporary(): string {
    return join(this.root, 'tmp');
  }

  log(container: string): string {
    return join(this.root, 'logs', `${container}.log`);
  }

  script(container: string): string {
    return join(this.root, 'scripts', container);
  }

  pipe(container: string): string {
    return join(this.root, 'pipes', container);
  }

  workspace(name: string): string {
    return this.#volumes.get(name) ?? join(this.workspaces, name);
  }

  /** Where a task's variables point. */
  get paths(): TaskPaths {
    return {
      workspace: ({ name }) => this.workspace(name),
      result: (name) => join(this.root, 'results', name),
      stepResult: (container, name) => join(this.root, 'steps', container, 'results', name),
      exitCode: (container) => join(this.root, 'steps', container, 'exitCode'),
      credentials: join(this.root, 'creds'),
    };
  }

  /** The folder that a `workingDir` means here: paths under /workspace and /tekton/home are this pod's. */
  workingDirectory(given: string | undefined): string {
    if (given === undefined || given === '' || given === '/workspace') return this.workspaces;
    const path = normalize(given);
    const inWorkspace = /^\/workspace\/(.*)$/.exec(path)?.[1];
    if (inWorkspace !== undefined) return join(this.workspaces, inWorkspace);
    const atHome = /^\/tekton\/home(?:\/(.*))?$/.exec(path);
    if (atHome !== null) return join(this.home, atHome[1] ?? '');
    return path.startsWith('/') ? path : join(this.workspaces, path);
  }

  /** Whether a path is of this pod or of one of its volumes. */
  owns(path: string): boolean {
    return [this.root, ...this.#volumes.values()].some(
      (place) => path === place || path.startsWith(`${place}/`),
    );
  }

  /** Removes everything but logs: secrets and files have no use after the pod has ended. */
  async sweep(): Promise<void> {
    // It goes last, so that its absence says that all is done: a start looks at the folders of all pods there are.
    if (!existsSync(this.home)) return;
    await Promise.all(swept.map((name) => removeTree(join(this.root, name))));
    await removeTree(this.home);
  }

  /** Removes everything, logs too. */
  async remove(): Promise<void> {
    await removeTree(this.root);
  }
}
