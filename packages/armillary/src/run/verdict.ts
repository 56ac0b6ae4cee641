import type { KubeObject } from '@armillary/kube';

/** How a run ended. */
export interface Verdict {
  succeeded: boolean;
  /** One line for a person. */
  summary: string;
}

interface RunStatus {
  phase?: string;
  conditions?: { type: string; status: string; reason?: string; message?: string }[];
}

/** The verdict of a DevOps or Tekton run, undefined while it goes on. */
export function verdictOf(run: KubeObject): Verdict | undefined {
  const status = (run as KubeObject & { status?: RunStatus }).status;
  const condition = status?.conditions?.find((c) => c.type === 'Succeeded');
  const ended = run.apiVersion.startsWith('tekton.dev/')
    ? condition !== undefined && condition.status !== 'Unknown'
    : ['Succeeded', 'Failed', 'Cancelled'].includes(status?.phase ?? '');
  if (!ended) return undefined;
  const succeeded = condition ? condition.status === 'True' : status?.phase === 'Succeeded';
  const words = [condition?.reason ?? status?.phase ?? '', condition?.message ?? '']
    .filter(Boolean)
    .join(': ');
  return { succeeded, summary: `${run.metadata.name!}: ${words}` };
}
