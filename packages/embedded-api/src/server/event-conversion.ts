import type { KubeObject } from '../object.ts';

/** Field names that differ between core/v1 and events.k8s.io/v1 Events; the others are the same in both. */
const renamed: readonly (readonly [core: string, current: string])[] = [
  ['involvedObject', 'regarding'],
  ['message', 'note'],
  ['source', 'deprecatedSource'],
  ['firstTimestamp', 'deprecatedFirstTimestamp'],
  ['lastTimestamp', 'deprecatedLastTimestamp'],
  ['count', 'deprecatedCount'],
  ['reportingComponent', 'reportingController'],
];

/** A core/v1 Event as events.k8s.io/v1 has it. Both are views of one stored object. */
export const toNewEvent = (event: KubeObject): KubeObject =>
  rename(event, 'events.k8s.io/v1', new Map(renamed));

/** An events.k8s.io/v1 Event as core/v1 has it. */
export const toCoreEvent = (event: KubeObject): KubeObject =>
  rename(event, 'v1', new Map(renamed.map(([core, current]) => [current, core])));

function rename(event: KubeObject, apiVersion: string, names: Map<string, string>): KubeObject {
  if (event.apiVersion === apiVersion) return event;
  const fields = Object.entries(event).map(([field, value]) => [names.get(field) ?? field, value] as const);
  return { ...(Object.fromEntries(fields) as KubeObject), apiVersion };
}
