import { groupVersionPath, parseApiVersion } from '../objects/resource-type.ts';
import type { ResourceType } from '../objects/resource-type.ts';
import { BoundedMap } from '../objects/bounded-map.ts';
import { isNotFound, KubeError } from './kube-error.ts';

interface ApiResource {
  name: string;
  kind: string;
  namespaced: boolean;
}

/**
 * Finds the resource of a kind by asking the server's `APIResourceList` of its group and version. Answers
 * are kept; a kind that is not among them is asked for again, because its definition may be new.
 */
export class Discovery {
  readonly #fetch: (path: string, signal?: AbortSignal) => Promise<unknown>;
  readonly #versions = new BoundedMap<Map<string, ResourceType>>(256);

  constructor(fetch: (path: string, signal?: AbortSignal) => Promise<unknown>) {
    this.#fetch = fetch;
  }

  /** Rejects with `UnknownKind` when the server does not serve the kind. */
  async find(apiVersion: string, kind: string, signal?: AbortSignal): Promise<ResourceType> {
    const cached = this.#versions.get(apiVersion)?.get(kind);
    if (cached) return cached;
    const kinds = await this.#load(apiVersion, signal);
    const found = kinds.get(kind);
    if (!found) throw unknownKind(apiVersion, kind);
    return found;
  }

  /** Forgets a group and version, for example when a path that discovery gave answers 404. */
  invalidate(apiVersion: string): void {
    this.#versions.delete(apiVersion);
  }

  async #load(apiVersion: string, signal: AbortSignal | undefined): Promise<Map<string, ResourceType>> {
    const { group, version } = parseApiVersion(apiVersion);
    const kinds = new Map<string, ResourceType>();
    let list: { resources?: ApiResource[] };
    try {
      list = (await this.#fetch(groupVersionPath({ group, version }), signal)) as typeof list;
    } catch (error) {
      if (!isNotFound(error)) throw error;
      list = {};
    }
    for (const resource of list.resources ?? []) {
      // A name with a slash is a subresource, such as `pods/log`.
      if (resource.name.includes('/')) continue;
      const { name: plural, kind, namespaced } = resource;
      kinds.set(kind, { group, version, plural, kind, namespaced });
    }
    this.#versions.set(apiVersion, kinds);
    return kinds;
  }
}

function unknownKind(apiVersion: string, kind: string): KubeError {
  return new KubeError(
    'UnknownKind',
    `the server serves no ${kind} in ${apiVersion}: apply its CustomResourceDefinition first, or correct apiVersion`,
  );
}
