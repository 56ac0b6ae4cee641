import {
  type EventRecorder,
  type KubeClient,
  type KubeObject,
  patchStatus,
  type ResourceType,
} from '@armillary/kube';
import type { Condition } from '@armillary/tekton';
import { succeededOf } from './condition.ts';
import type { OwnWrites } from './own-writes.ts';

/** What a status is written with. */
export interface StatusTools<T extends KubeObject> {
  client: KubeClient;
  events: EventRecorder;
  writes: OwnWrites<T>;
}

/** Writes the status of a run, and an event when it ends the run. Rejects with a conflict when the run has changed. */
export async function writeStatus<T extends KubeObject & { status?: { conditions?: readonly Condition[] } }>(
  { client, events, writes }: StatusTools<T>,
  kind: ResourceType<T>,
  run: T,
  status: NonNullable<T['status']>,
  signal: AbortSignal,
): Promise<void> {
  writes.note(run, await patchStatus(client.resource(kind), run, status, { signal }));
  const condition = succeededOf(status.conditions);
  if (condition?.status === 'True') events.event(run, 'Normal', 'Succeeded', condition.message ?? '');
  if (condition?.status === 'False') events.event(run, 'Warning', 'Failed', condition.message ?? '');
}
