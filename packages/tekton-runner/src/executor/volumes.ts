import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import type { TaskPlan, WorkspaceSource } from './plan.ts';
import { PodFolder } from './pod-folder.ts';
import { removeTree } from './remove-tree.ts';

/** A workspace that cannot be made; the message says what to change. */
class WorkspaceError extends Error {
  readonly code = 'WorkspaceUnusable';
}

/** Makes the folder of a pod and its workspaces. Answers undefined when the pod was claimed before. */
export function claimFolder(dataFolder: string, plan: TaskPlan): PodFolder | undefined {
  const volumes = new Map<string, string>();
  for (const [name, source] of plan.workspaces) {
    if (source.kind === 'volume') volumes.set(name, volumeFolder(dataFolder, plan.namespace, source));
  }
  const folder = new PodFolder(join(dataFolder, 'pods', plan.uid), volumes);
  return folder.claim() ? folder : undefined;
}

/** Fills the workspaces of a claimed folder. */
export function fillWorkspaces(folder: PodFolder, plan: TaskPlan): void {
  for (const [name, source] of plan.workspaces) {
    const place = folder.workspace(name);
    if (source.kind === 'volume') {
      mkdirSync(place, { recursive: true, mode: 0o700 });
      // So that `workingDir: /workspace/<name>` finds it.
      symlinkSync(place, join(folder.workspaces, name));
      continue;
    }
    mkdirSync(join(place, subPath(source)), { recursive: true, mode: 0o700 });
    if (source.kind !== 'files') continue;
    for (const [path, content] of source.files) {
      const file = join(place, contained(path));
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      writeFileSync(file, content, { mode: 0o600 });
    }
  }
}

/** The folder of a claim; every pod that names the claim shares it. */
function volumeFolder(
  dataFolder: string,
  namespace: string,
  source: WorkspaceSource & { kind: 'volume' },
): string {
  const owner = source.run === undefined ? join('volumes', namespace) : join('run-volumes', source.run);
  return join(dataFolder, owner, contained(source.claim), subPath(source));
}

/** Removes the volumes of a PipelineRun that is gone. */
export async function removeRunVolumes(dataFolder: string, run: string): Promise<void> {
  await removeTree(join(dataFolder, 'run-volumes', contained(run)));
}

function subPath(source: WorkspaceSource): string {
  const path = normalize(source.subPath ?? '.');
  return path === '.' || path === './' ? '' : contained(path);
}

/** A relative path that stays where it is put. */
function contained(path: string): string {
  const clean = normalize(path);
  if (clean === '.' || clean.startsWith('/') || clean === '..' || clean.startsWith('../')) {
    throw new WorkspaceError(
      `the path ${JSON.stringify(path)} of a workspace leads out of it: use a relative path`,
    );
  }
  return clean;
}
