import { nodeOf } from './field-set.ts';
import type { FieldSet, MutableFieldSet } from './field-set.ts';

/** Fields of `metadata` that are the server's or the object's identity, and so are never owned. */
const untracked = [
  'name',
  'namespace',
  'uid',
  'resourceVersion',
  'creationTimestamp',
  'deletionTimestamp',
  'selfLink',
  'generation',
  'managedFields',
  'clusterName',
].map((name) => `f:${name}`);

/** Which fields a request can change at all. */
export interface Reach {
  /** Empty when the object itself is written. */
  subresource: string;
  /** Whether status is written through a subresource only. */
  statusSubresource: boolean;
}

/** The set without type, identity and what the request cannot change: nobody owns these. */
export const trackedFields = (set: FieldSet, reach: Reach): FieldSet => {
  const status = set['f:status'];
  if (reach.subresource === 'status') return status ? { 'f:status': status } : {};
  const result: MutableFieldSet = { ...set };
  delete result['f:apiVersion'];
  delete result['f:kind'];
  if (reach.statusSubresource && reach.subresource === '') delete result['f:status'];
  const metadata = result['f:metadata'];
  if (!metadata) return result;
  const kept: MutableFieldSet = { ...metadata };
  delete kept['.'];
  for (const element of untracked) delete kept[element];
  const node = nodeOf(false, kept);
  if (node) result['f:metadata'] = node;
  else delete result['f:metadata'];
  return result;
};
