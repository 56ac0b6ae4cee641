import type { KubeObject, OwnerReference } from '../../object.ts';
import type { Target } from '../../server/operation-types.ts';
import { answered, builtinTarget, type ControllerContext, type Caller } from '../controller.ts';
import { ownerPlace } from './owner-state.ts';

/** True when the owner lives, but in another namespace than the reference can reach. */
const livesElsewhere = (
  { registry, store }: ControllerContext,
  target: Target,
  reference: OwnerReference,
): boolean => {
  const place = ownerPlace(registry, reference, target.namespace);
  return (
    place !== undefined &&
    place.namespaced &&
    store.list(place.storageKey).some(({ metadata }) => metadata.uid === reference.uid)
  );
};

/**
 * Writes a warning event for a reference to an owner in another namespace, or from a cluster-scoped object into any:
 * otherwise its author would only see the object vanish, or never go.
 */
export const reportInvalidOwner = async (
  context: ControllerContext,
  caller: Caller,
  target: Target,
  object: KubeObject,
  reference: OwnerReference,
): Promise<void> => {
  if (!livesElsewhere(context, target, reference)) return;
  const { apiVersion, kind, name, uid } = reference;
  const owner = `ownerRef [${apiVersion}/${kind}, namespace: ${target.namespace}, name: ${name}, uid: ${uid}]`;
  const { group, version } = target.resource;
  const time = context
    .now()
    .toISOString()
    .replace(/\.\d+Z/, 'Z');
  const namespace = target.namespace || 'default';
  // Named after the pair, so that looking again does not report again.
  const eventName = `${target.name}.${uid}`.slice(-253).replace(/^[^a-z0-9]+/, '');
  const event: KubeObject = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: eventName, namespace },
    type: 'Warning',
    reason: 'OwnerRefInvalidNamespace',
    message: target.namespace
      ? `${owner} does not exist in namespace "${target.namespace}"`
      : `cluster-scoped objects cannot refer to namespaced owners: ${owner}`,
    involvedObject: {
      apiVersion: group ? `${group}/${version}` : version,
      kind: target.resource.kind,
      ...(target.namespace ? { namespace: target.namespace } : {}),
      name: target.name,
      uid: object.metadata.uid,
    },
    source: { component: 'garbage-collector-controller' },
    firstTimestamp: time,
    lastTimestamp: time,
    count: 1,
  };
  const events = builtinTarget(context.registry, ['', 'v1', 'events'], namespace, '');
  try {
    await context.verbs.create(events, event, caller);
  } catch (error) {
    // 409: reported before. 403: the namespace is going, and takes the object with it.
    if (!answered(error, 409) && !answered(error, 403)) throw error;
  }
};
