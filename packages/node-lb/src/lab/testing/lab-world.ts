import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { available } from '../../../../../e2e/testing/available.ts';
import { startDualStackApi } from '../../../../../e2e/testing/dual-stack-api.ts';
import type { LabOptions } from '../lab-options.ts';
import { startLab } from '../lab.ts';
import type { Lab, LabTarget } from '../lab.ts';
import { runMatrix } from '../matrix.ts';
import type { Matrix } from '../matrix.ts';
import type { MatrixCell } from '../matrix-cell.ts';

/** Whether labs can be made here. Says so loudly when not, and throws in CI. */
export function canMakeLabs(suite: string): boolean {
  const isRoot = process.platform === 'linux' && process.getuid?.() === 0;
  return available(suite, 'Linux and root, to make network namespaces', isRoot);
}

/** For a test with a lab in it, on such a machine: more than all that the lab itself waits for. */
export const patience = { timeout: 240_000 } as const;

/** A lab on an API server of its own, real when `assets` names the folder of one; both are gone after `use`. */
export async function withLab(
  options: Omit<LabOptions, 'kubeconfig'>,
  use: (lab: Lab) => Promise<void>,
  assets?: string,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'armillary-lab-test-'));
  const api = await startDualStackApi(folder, assets);
  try {
    const lab = await startLab({ ...options, kubeconfig: api.kubeconfig });
    try {
      await use(lab);
    } finally {
      await lab.stop();
    }
  } finally {
    await api.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** The full matrix, with time enough for each connection on a machine that has much else to do. */
export function patientMatrix(lab: Lab, target?: LabTarget): Promise<Matrix> {
  return runMatrix(lab, { timeoutMs: 10_000, ...(target ? { target } : {}) });
}

/** Cells in which not every connection passed; a full matrix has none of 24. */
export function failing({ cells }: Matrix): MatrixCell[] {
  if (cells.length !== 24) throw new Error(`the matrix has ${cells.length} cells`);
  return cells.filter(({ passed, of }) => passed < of);
}
