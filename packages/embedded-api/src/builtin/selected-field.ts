import type { KubeObject } from '../object.ts';
import { at, numberAt, textAt } from './read-field.ts';

const flag = (path: string) => (object: KubeObject) => String(at(object, path) === true);

/** Fields whose name is not their JSON path, or that have a value also when they are not set. */
const particular: Record<string, (object: KubeObject) => string> = {
  'events source': (event) => textAt(event, 'source.component') || textAt(event, 'reportingComponent'),
  'jobs.batch status.successful': (job) => String(numberAt(job, 'status.succeeded')),
  'nodes spec.unschedulable': flag('spec.unschedulable'),
  'pods spec.hostNetwork': flag('spec.hostNetwork'),
  'replicasets.apps status.replicas': (set) => String(numberAt(set, 'status.replicas')),
  'replicationcontrollers status.replicas': (controller) => String(numberAt(controller, 'status.replicas')),
};

/** The text that a field selector compares with, for a field of the resource stored as `storageKey`. */
export const selectedField = (object: KubeObject, storageKey: string, field: string): string => {
  const read = particular[`${storageKey} ${field}`];
  if (read) return read(object);
  const value = at(object, field);
  return typeof value === 'boolean' ? String(value) : textAt(object, field);
};
