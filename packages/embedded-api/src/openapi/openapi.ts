import { createHash } from 'node:crypto';
import { jsonDocument, type ServedResources, type StaticDocument } from '../discovery/discovery.ts';
import { groupVersions } from '../discovery/group-versions.ts';
import { groupVersionName } from '../discovery/resource-list.ts';
import { subresourcesOf } from '../discovery/subresources.ts';
import type { ServedResource } from '../served-resource.ts';
import { components } from './components.ts';
import { resourcePaths } from './paths.ts';

/** One document of OpenAPI v3. `hash` is the one that the index names it by. */
export interface OpenApiDocument extends StaticDocument {
  hash: string;
}

interface Entry {
  resources: readonly ServedResource[];
  hash: string;
}

/** Documents kept once made: all groups that a client explores, some custom ones. The biggest is about 400 KB. */
const KEPT_DOCUMENTS = 24;

// Resources never change, they are replaced: each is read once, however often the others change.
const fingerprints = new WeakMap<ServedResource, string>();

/** What a resource adds to a document, as a hash. */
const fingerprint = (r: ServedResource): string => {
  const known = fingerprints.get(r);
  if (known) return known;
  const parts = [
    r.plural,
    r.kind,
    r.listKind,
    r.namespaced,
    r.verbs,
    subresourcesOf(r),
    r.schema,
    r.preserveUnknownFields,
  ];
  const made = createHash('sha256').update(JSON.stringify(parts)).digest('hex');
  fingerprints.set(r, made);
  return made;
};

/** The hash of a document, without making it: the index names every document by its hash. */
const documentHash = (version: string, resources: readonly ServedResource[]): string => {
  const hash = createHash('sha256').update(version);
  for (const r of resources) hash.update(fingerprint(r));
  return hash.digest('hex').toUpperCase();
};

/**
 * OpenAPI v3 of what is served: an index at `/openapi/v3` and one document for each group and version. There is no
 * OpenAPI v2: clients that need it (kubectl before 1.29) get a 404.
 */
export class OpenApi {
  readonly #served: ServedResources;
  readonly #version: string;
  #generation = -1;
  #entries = new Map<string, Entry>();
  #index: StaticDocument | undefined;
  readonly #documents = new Map<string, OpenApiDocument>();

  /** `version` is the server's `gitVersion`. */
  constructor(served: ServedResources, version: string) {
    this.#served = served;
    this.#version = version;
  }

  /** The document at `/openapi/v3`: the address of each of the others, with its hash. */
  index(): StaticDocument {
    this.#refresh();
    this.#index ??= jsonDocument({
      paths: Object.fromEntries(
        [...this.#entries].map(([path, { hash }]) => [
          path,
          { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` },
        ]),
      ),
    });
    return this.#index;
  }

  /**
   * The document of `api/v1` or `apis/GROUP/VERSION`; `undefined` when that is not served. A request that names its
   * hash may be answered as immutable; one that names another should be redirected to `?hash=` of this one.
   */
  document(path: string): OpenApiDocument | undefined {
    this.#refresh();
    const entry = this.#entries.get(path);
    if (!entry) return undefined;
    const known = this.#documents.get(path);
    if (known?.hash === entry.hash) return known;
    const made = {
      ...jsonDocument({
        openapi: '3.0.0',
        info: { title: 'Kubernetes', version: this.#version },
        paths: Object.assign({}, ...entry.resources.map(resourcePaths)) as unknown,
        components: { schemas: components(entry.resources) },
      }),
      etag: `"${entry.hash}"`,
      hash: entry.hash,
    };
    this.#documents.delete(path);
    this.#documents.set(path, made);
    const oldest = this.#documents.keys().next();
    if (this.#documents.size > KEPT_DOCUMENTS && !oldest.done) this.#documents.delete(oldest.value);
    return made;
  }

  #refresh(): void {
    if (this.#generation === this.#served.generation) return;
    this.#generation = this.#served.generation;
    this.#index = undefined;
    this.#entries = new Map();
    for (const group of groupVersions(this.#served.all()))
      for (const { version, resources } of group.versions)
        this.#entries.set(`${group.name === '' ? 'api' : 'apis'}/${groupVersionName(group.name, version)}`, {
          resources,
          hash: documentHash(this.#version, resources),
        });
  }
}
