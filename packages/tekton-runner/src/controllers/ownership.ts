import { runnerName } from '@armillary/tekton';

/** Which runs are ours: those that name us, and, alone on a server, those that name nobody. */
export function isOurs(spec: { managedBy?: string }, takesUnmanaged: boolean): boolean {
  const { managedBy = '' } = spec;
  return managedBy === '' ? takesUnmanaged : managedBy === runnerName;
}
