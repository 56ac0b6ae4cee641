import { apiserverUser } from '../../authn/system-users.ts';
import { builtinResources } from '../../builtin/resources.ts';
import type { KubeObject } from '../../object.ts';
import { Registry } from '../../registry/registry.ts';
import type { ServedResource } from '../../served-resource.ts';
import type { Admission } from '../../server/admission.ts';
import type { DeleteOptions, Target, Verbs } from '../../server/operation-types.ts';
import { Operations } from '../../server/operations.ts';
import { Store } from '../../storage/store.ts';
import { builtinTarget, type ControllerContext } from '../controller.ts';

/** A custom resource that takes anything: `widgets.example.com`, namespaced, and `rigs`, cluster-scoped. */
export const customResource = (plural: string, kind: string, namespaced: boolean): ServedResource => ({
  group: 'example.com',
  version: 'v1',
  plural,
  singular: kind.toLowerCase(),
  kind,
  listKind: `${kind}List`,
  shortNames: [],
  categories: [],
  namespaced,
  verbs: ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'],
  storageVersion: 'v1',
  storageKey: `${plural}.example.com`,
  status: false,
  subresources: [],
  schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true },
  custom: true,
  preserveUnknownFields: true,
  columns: [],
  strategy: {},
  selectableFields: [],
});

/** The store and the verbs of a server without its network side. */
export class InProcess {
  readonly store: Store;
  readonly registry: Registry;
  readonly verbs: Verbs;
  readonly context: ControllerContext;
  readonly errors: unknown[] = [];
  now = new Date('2026-05-01T10:00:00Z');

  constructor(store: Store = new Store(':memory:'), admissions: Admission[] = []) {
    this.store = store;
    this.registry = new Registry(builtinResources());
    this.verbs = new Operations({ registry: this.registry, store, admissions, now: () => this.now });
    this.context = {
      verbs: this.verbs,
      store,
      registry: this.registry,
      onError: (_controller, error) => this.errors.push(error),
      now: () => this.now,
    };
  }

  serveCustom(): void {
    this.registry.replaceCustom('widgets.example.com', [customResource('widgets', 'Widget', true)]);
    this.registry.replaceCustom('rigs.example.com', [customResource('rigs', 'Rig', false)]);
  }

  target(plural: string, namespace: string, name = ''): Target {
    const resource = this.registry.all().find((candidate) => candidate.plural === plural);
    if (!resource) throw new Error(`${plural} are not served`);
    return { resource, namespace, name };
  }

  create(
    plural: string,
    namespace: string,
    name: string,
    more: Partial<KubeObject> = {},
  ): Promise<KubeObject> {
    const target = this.target(plural, namespace, name);
    const { group, version, kind } = target.resource;
    return this.verbs.create(
      target,
      {
        apiVersion: group ? `${group}/${version}` : version,
        kind,
        ...more,
        metadata: { name, ...(namespace ? { namespace } : {}), ...more.metadata },
      },
      { user: apiserverUser },
    );
  }

  get(plural: string, namespace: string, name: string): KubeObject | undefined {
    return this.store.get(this.target(plural, namespace).resource.storageKey, namespace, name);
  }

  names(plural: string, namespace?: string): string[] {
    const { storageKey } = this.target(plural, '').resource;
    return this.store.list(storageKey, namespace).map(({ metadata }) => metadata.name ?? '');
  }

  patch(plural: string, namespace: string, name: string, body: unknown): Promise<KubeObject> {
    return this.verbs.patch(
      this.target(plural, namespace, name),
      { type: 'merge', body },
      { user: apiserverUser },
    );
  }

  async delete(
    plural: string,
    namespace: string,
    name: string,
    propagationPolicy: NonNullable<DeleteOptions['propagationPolicy']> = 'Background',
  ): Promise<void> {
    await this.verbs.delete(this.target(plural, namespace, name), { user: apiserverUser, propagationPolicy });
  }

  async createNamespace(name: string): Promise<void> {
    const target = builtinTarget(this.registry, ['', 'v1', 'namespaces'], '', name);
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
    await this.verbs.create(target, namespace, { user: apiserverUser });
  }
}
