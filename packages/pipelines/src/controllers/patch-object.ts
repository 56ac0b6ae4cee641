import type { KubeObject, ReconcileContext, ResourceType } from '@armillary/kube';

type Writing = Pick<ReconcileContext, 'client' | 'signal'>;

/**
 * Merges `body` into an object. With a resource version in it, a newer object is a conflict; without, it is written
 * whatever else changed. Answers with the object as it is then.
 */
export function patchObject<T extends KubeObject>(
  type: ResourceType<T>,
  { metadata: { name = '', namespace } }: T,
  body: object,
  { client, signal }: Writing,
): Promise<T> {
  return client.resource<T>(type).patch(name, { type: 'merge', namespace, body, signal });
}

/** Writes annotations, unless they are there; null takes one away. Answers with the object as it is then. */
export async function annotate<T extends KubeObject>(
  type: ResourceType<T>,
  object: T,
  annotations: Readonly<Record<string, string | null>>,
  context: Writing,
): Promise<T> {
  const present = object.metadata.annotations ?? {};
  if (Object.entries(annotations).every(([key, value]) => (present[key] ?? null) === value)) return object;
  return patchObject(type, object, { metadata: { annotations } }, context);
}
