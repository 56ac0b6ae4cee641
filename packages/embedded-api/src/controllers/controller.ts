import { apiserverUser, controllerUser } from '../authn/system-users.ts';
import type { Registry } from '../registry/registry.ts';
import type { ServedResource } from '../served-resource.ts';
import type { Target, Verbs } from '../server/operation-types.ts';
import { StatusError } from '../status-error.ts';
import type { StoreReader } from '../storage/store-event.ts';
import type { UserInfo } from '../user-info.ts';

/** What every controller inside the server works with. It writes through `verbs` alone, as any client would. */
export interface ControllerContext {
  verbs: Verbs;
  store: StoreReader;
  registry: Registry;
  /** Told of failures; the controller tries again by itself. */
  onError(controller: string, error: unknown): void;
  now(): Date;
}

/** A running controller. */
export interface Controller {
  /** Resolves when everything that was known at this moment has been dealt with. */
  settled(): Promise<void>;
  /** Resolves when its last write has ended; it makes none afterwards. */
  stop(): Promise<void>;
}

/** How a controller makes itself known: its user, and what managed fields say of its writes. */
export interface Caller {
  user: UserInfo;
  fieldManager: string;
}

/** A controller that runs in the controller manager of a cluster, under the name of its service account there. */
export const controllerCaller = (name: string): Caller => ({
  user: controllerUser(name),
  fieldManager: 'kube-controller-manager',
});

/** What the API server of a cluster does itself. */
export const apiserverCaller: Caller = { user: apiserverUser, fieldManager: 'kube-apiserver' };

/** True when the server answered with this HTTP code. */
export const answered = (error: unknown, code: number): boolean =>
  error instanceof StatusError && error.status.code === code;

/**
 * Addresses an object of a built-in kind.
 * @throws Error when the server does not serve it, which is a mistake in the list of built-in kinds.
 */
export const builtinTarget = (
  registry: Registry,
  [group, version, plural]: readonly [string, string, string],
  namespace: string,
  name: string,
): Target => {
  const resource = registry.find(group, version, plural);
  if (!resource) throw new Error(`${plural} of ${group || 'core'}/${version} are not served`);
  return { resource, namespace, name };
};

/** One served version of everything that is stored: the version it is stored in where that is served. */
export const storedResources = (registry: Registry): Map<string, ServedResource> => {
  const stored = new Map<string, ServedResource>();
  for (const resource of registry.all()) {
    if (!resource.verbs.includes('delete')) continue;
    const known = stored.get(resource.storageKey);
    const better = resource.version === resource.storageVersion && known?.version !== known?.storageVersion;
    if (!known || better) stored.set(resource.storageKey, resource);
  }
  return stored;
};
