import { createHash } from 'node:crypto';
import type { ServedResource } from '../served-resource.ts';
import { notAcceptable } from '../status-error.ts';
import { groupVersions, type ServedGroup } from './group-versions.ts';
import { apiGroup, apiResourceList, groupDiscoveryList } from './resource-list.ts';

/** What is served, and a number that grows when that changes. `Registry` is one. */
export interface ServedResources {
  readonly generation: number;
  all(): readonly ServedResource[];
}

/** An answer that can be sent as it is. `etag` is quoted and depends only on the content. */
export interface StaticDocument {
  contentType: string;
  etag: string;
  body: Buffer;
}

/** Makes the document of a JSON value. */
export const jsonDocument = (value: unknown, contentType = 'application/json'): StaticDocument => {
  const body = Buffer.from(JSON.stringify(value) + '\n');
  return { contentType, body, etag: `"${createHash('sha256').update(body).digest('hex').toUpperCase()}"` };
};

type Format = 'plain' | 'v2' | 'v2beta1';

/** Chooses among what an Accept header lists, in its order; protobuf and CBOR are not served. */
const chooseFormat = (accept: string | undefined): Format => {
  if (!accept?.trim()) return 'plain';
  for (const clause of accept.split(',')) {
    const [type, ...parameters] = clause.split(';').map((part) => part.trim());
    if (type !== 'application/json' && type !== 'application/*' && type !== '*/*') continue;
    const given = Object.fromEntries(parameters.map((p) => p.split('=', 2)));
    if (given['as'] === undefined) return 'plain';
    if (given['g'] !== 'apidiscovery.k8s.io' || given['as'] !== 'APIGroupDiscoveryList') continue;
    if (given['v'] === 'v2' || given['v'] === 'v2beta1') return given['v'];
  }
  throw notAcceptable('only the following media types are accepted: application/json');
};

/**
 * The discovery documents: `/api`, `/apis`, and below them one per group and per version, plain and aggregated
 * (KEP-3352). They are made on first use and kept until what is served changes.
 */
export class Discovery {
  readonly #served: ServedResources;
  readonly #serverAddress: string;
  #generation = -1;
  #groups: ServedGroup[] = [];
  #documents = new Map<string, StaticDocument>();

  /** `serverAddress` is `host:port` as clients reach the server; plain `/api` tells it. */
  constructor(served: ServedResources, serverAddress: string) {
    this.#served = served;
    this.#serverAddress = serverAddress;
  }

  /**
   * The document at `path` (without a trailing slash), or `undefined` when there is none.
   * Throws a 406 `StatusError` when `accept` leaves no form that is served.
   */
  document(path: string, accept: string | undefined): StaticDocument | undefined {
    if (this.#generation !== this.#served.generation) {
      this.#generation = this.#served.generation;
      this.#groups = groupVersions(this.#served.all());
      this.#documents.clear();
    }
    const aggregates = path === '/api' || path === '/apis';
    const format = chooseFormat(accept);
    // Only the two roots have an aggregated form; for the others the parameters mean nothing.
    const key = `${aggregates ? format : 'plain'} ${path}`;
    const known = this.#documents.get(key);
    if (known) return known;
    const made = this.#make(path, aggregates ? format : 'plain');
    if (made) this.#documents.set(key, made);
    return made;
  }

  #make(path: string, format: Format): StaticDocument | undefined {
    const [root, ...rest] = path.slice(1).split('/');
    if (root !== 'api' && root !== 'apis') return undefined;
    const groups = this.#groups.filter(({ name }) => (name === '') === (root === 'api'));
    if (rest.length === 0) {
      if (format !== 'plain')
        return jsonDocument(
          groupDiscoveryList(groups, format),
          `application/json;g=apidiscovery.k8s.io;v=${format};as=APIGroupDiscoveryList`,
        );
      return jsonDocument(root === 'api' ? this.#apiVersions(groups) : groupList(groups));
    }
    const [groupName, version] = root === 'api' ? ['', ...rest] : rest;
    const group = groups.find(({ name }) => name === groupName);
    if (!group || rest.length > (root === 'api' ? 1 : 2)) return undefined;
    if (version === undefined) return jsonDocument(apiGroup(group));
    const served = group.versions.find((v) => v.version === version);
    return served && jsonDocument(apiResourceList(group.name, served.version, served.resources));
  }

  #apiVersions(groups: readonly ServedGroup[]): unknown {
    return {
      kind: 'APIVersions',
      versions: groups.flatMap((group) => group.versions.map(({ version }) => version)),
      serverAddressByClientCIDRs: [{ clientCIDR: '0.0.0.0/0', serverAddress: this.#serverAddress }],
    };
  }
}

const groupList = (groups: readonly ServedGroup[]): unknown => ({
  kind: 'APIGroupList',
  apiVersion: 'v1',
  groups: groups.map((group) => apiGroup(group, true)),
});
