import type { KubeObject } from '../object.ts';
import type { Registry } from '../registry/registry.ts';
import type { ServedResource } from '../served-resource.ts';
import {
  StatusError,
  badRequest,
  methodNotAllowed,
  noSuchResource,
  notFound,
  unsupportedMediaType,
} from '../status-error.ts';
import type { Store } from '../storage/store.ts';
import { parseIncludeObject } from '../table/table.ts';
import type { VirtualResource } from './admission.ts';
import { listPieces, objectFormOf } from './answer-form.ts';
import { sendPieces, sendText } from './answer.ts';
import { callOptions } from './api-request.ts';
import type { ApiRequest } from './api-request.ts';
import { fieldSelector } from './field-selector.ts';
import { matcher, waitForVersion } from './list-page.ts';
import { answerForm } from './negotiation.ts';
import { strictDecodingError } from './object-writer.ts';
import type { PatchBody, Target, WriteOptions } from './operation-types.ts';
import type { Operations } from './operations.ts';
import { patchMediaTypes } from './patch-object.ts';
import { boundPod, success } from './pod-binding.ts';
import { evictionOptions } from './pod-eviction.ts';
import { sendPodLog } from './pod-log.ts';
import type { KubeletAccess } from './pod-log.ts';
import { decodeBody, mediaType, readBody } from './request-body.ts';
import type { DecodedBody } from './request-body.ts';
import { isTrue } from './request-info.ts';
import {
  deleteOptions,
  listOptions,
  managerFromUserAgent,
  timeoutMs,
  writeOptions,
} from './request-options.ts';
import { checkVersionQuery, parseResourceVersion } from './resource-version.ts';
import { streamWatch } from './watch-stream.ts';
import type { WatchSource } from './watch-stream.ts';

/** What requests for resources are answered from. */
export interface ResourceHandlerOptions {
  registry: Registry;
  store: Store;
  operations: Operations;
  watches: WatchSource;
  virtual: readonly VirtualResource[];
  kubelets: KubeletAccess;
}

/** Answers requests that address a resource: verbs, subresources, watches and logs. */
export class ResourceHandler {
  readonly #options: ResourceHandlerOptions;
  readonly #virtual: ReadonlyMap<string, VirtualResource>;

  constructor(options: ResourceHandlerOptions) {
    this.#options = options;
    this.#virtual = new Map(
      options.virtual.map((v) => [virtualKey(v.group, v.plural, v.subresource ?? ''), v]),
    );
  }

  async handle(request: ApiRequest): Promise<void> {
    const { info } = request;
    const resource = this.#options.registry.find(info.group, info.version, info.plural);
    if (!resource) throw noSuchResource();
    const target: Target = {
      resource,
      namespace: resource.namespaced ? info.namespace : '',
      name: info.name,
      subresource: info.subresource,
    };
    // Before anything is changed: an answer that cannot be sent must not be found out afterwards.
    if (info.subresource !== 'log') answerForm(request.http.headers.accept);
    const virtual = this.#virtual.get(virtualKey(info.group, info.plural, info.subresource));
    if (virtual) return this.#virtualCreate(request, target, virtual);
    if (info.subresource !== '') return this.#subresource(request, target);
    if (
      resource.namespaced &&
      info.namespace === '' &&
      !['list', 'watch', 'deletecollection'].includes(info.verb)
    ) {
      if (info.verb === 'create') throw badRequest('an empty namespace may not be set during creation');
      throw noSuchResource();
    }
    const needsName = info.verb === 'update' || info.verb === 'patch';
    if (!resource.verbs.includes(info.verb) || (needsName && info.name === '')) throw methodNotAllowed();
    switch (info.verb) {
      case 'get':
        return this.#sendObject(request, target, 200, await this.#options.operations.get(target, request));
      case 'list':
        return this.#list(request, target);
      case 'watch':
        return this.#watch(request, target);
      case 'create':
        return this.#create(request, target);
      case 'update':
        return this.#update(request, target);
      case 'patch':
        return this.#patch(request, target);
      case 'delete':
        return this.#delete(request, target);
      case 'deletecollection':
        return this.#deleteCollection(request, target);
      default:
        throw methodNotAllowed();
    }
  }

  async #list(request: ApiRequest, { resource, ...target }: Target): Promise<void> {
    const form = answerForm(request.http.headers.accept);
    const include = parseIncludeObject(request.query.get('includeObject'));
    const options = listOptions(request.query, callOptions(request));
    const list = await this.#options.operations.list({ resource, ...target }, options);
    const pieces = listPieces(form, resource, list, include);
    if (list.items.length > 200) return sendPieces(request.http, request.response, pieces);
    await sendText(request.http, request.response, 200, readable(request, [...pieces].join('')));
  }

  async #watch(request: ApiRequest, { resource, namespace }: Target): Promise<void> {
    const { query, http, response } = request;
    const form = objectFormOf(
      answerForm(http.headers.accept),
      resource,
      parseIncludeObject(query.get('includeObject')),
    );
    const call = callOptions(request);
    const options = listOptions(query, call);
    const initialText = query.get('sendInitialEvents');
    const sendInitialEvents = initialText ? isTrue(initialText) : undefined;
    checkVersionQuery({
      watch: true,
      ...options,
      ...(sendInitialEvents === undefined ? {} : { sendInitialEvents }),
    });
    const asked = parseResourceVersion(options.resourceVersion);
    const { store } = this.#options;
    if (asked !== undefined) await waitForVersion(store, asked, call.signal);
    const initialEvents = sendInitialEvents ?? (asked === undefined || asked === 0);
    const bookmarks = isTrue(query.get('allowWatchBookmarks'));
    await streamWatch(
      this.#options.watches,
      response,
      { resource, namespace, matches: matcher(resource, options), form, bookmarks },
      {
        resourceVersion: asked === 0 ? undefined : asked,
        initialEvents,
        initialEnd: sendInitialEvents === true && bookmarks,
        // Spread out, so that clients do not come back all at once.
        timeoutMs: timeoutMs(query) ?? (30 + Math.random() * 30) * 60_000,
      },
    );
  }

  async #create(request: ApiRequest, target: Target): Promise<void> {
    if (target.name !== '') throw methodNotAllowed();
    const options = this.#writeOptions(request, 'CreateOptions');
    const object = await objectBody(request, target.resource, options);
    const created = await this.#options.operations.create(target, object, options);
    return this.#sendObject(request, target, 201, created);
  }

  async #update(request: ApiRequest, target: Target): Promise<void> {
    const options = this.#writeOptions(request, 'UpdateOptions');
    const object = await objectBody(request, target.resource, options);
    const before = this.#exists(target);
    const updated = await this.#options.operations.update(target, object, options);
    return this.#sendObject(request, target, before ? 200 : 201, updated);
  }

  async #patch(request: ApiRequest, target: Target): Promise<void> {
    const { http, query } = request;
    const media = mediaType(http.headers['content-type']);
    const known = Object.entries(patchMediaTypes).find(([, type]) => type === media);
    if (!known) {
      throw unsupportedMediaType(
        'the body of the request was in an unknown format - accepted media types include: ' +
          Object.values(patchMediaTypes).join(', '),
      );
    }
    const type = known[0] as PatchBody['type'];
    const options = this.#writeOptions(request, 'PatchOptions', type === 'apply');
    if (query.has('force') && type !== 'apply') throw forceForbidden();
    const { value, duplicates } = decodeBody(await readBody(http), media);
    if (value === undefined) throw badRequest('the body of a patch must not be empty');
    reportDuplicates(target.resource, duplicates, options);
    const before = this.#exists(target);
    const patch: PatchBody = { type, body: value, force: isTrue(query.get('force')) };
    const patched = await this.#options.operations.patch(target, patch, options);
    return this.#sendObject(request, target, before ? 200 : 201, patched);
  }

  async #delete(request: ApiRequest, target: Target): Promise<void> {
    const options = deleteOptions(await this.#deleteBody(request), request.query, callOptions(request));
    return this.#sendObject(request, target, 200, await this.#options.operations.delete(target, options));
  }

  async #deleteCollection(request: ApiRequest, target: Target): Promise<void> {
    const call = callOptions(request);
    const deletion = deleteOptions(await this.#deleteBody(request), request.query, call);
    const options = { ...listOptions(request.query, call), ...deletion };
    const list = await this.#options.operations.deleteCollection(target, options);
    const form = answerForm(request.http.headers.accept);
    await sendPieces(request.http, request.response, listPieces(form, target.resource, list, 'Metadata'));
  }

  async #deleteBody({ http }: ApiRequest): Promise<unknown> {
    return decodeBody(await readBody(http), mediaType(http.headers['content-type'])).value;
  }

  async #subresource(request: ApiRequest, target: Target): Promise<void> {
    const { resource, subresource = '', name, namespace } = target;
    const { verb } = request.info;
    if (name === '') throw noSuchResource();
    const known =
      (subresource === 'status' && resource.status) ||
      (subresource === 'scale' && resource.scale !== undefined) ||
      resource.subresources.some((s) => s.name === subresource);
    if (!known) throw noSuchResource();
    if (subresource === 'status' || subresource === 'scale' || subresource === 'finalize') {
      if (verb === 'get' && subresource !== 'finalize') {
        return this.#sendObject(request, target, 200, await this.#options.operations.get(target, request));
      }
      if (verb === 'update') return this.#update(request, target);
      if (verb === 'patch' && subresource !== 'finalize') return this.#patch(request, target);
      throw methodNotAllowed();
    }
    const pod = this.#options.store.get(resource.storageKey, namespace, name);
    if (!pod) throw notFound({ group: resource.group, resource: resource.plural }, name);
    if (subresource === 'log' && verb === 'get') {
      return sendPodLog(this.#options.store, this.#options.kubelets, pod, request.query, request.response);
    }
    if (verb !== 'create') throw methodNotAllowed();
    if (subresource === 'binding') return this.#bind(request, target, pod);
    if (subresource === 'eviction') return this.#evict(request, target, pod);
    throw methodNotAllowed();
  }

  async #bind(request: ApiRequest, target: Target, pod: KubeObject): Promise<void> {
    const options = this.#writeOptions(request, 'CreateOptions');
    const binding = await objectBody(request, target.resource, options);
    await this.#options.operations.update(target, boundPod(pod, binding, new Date()), options);
    await sendText(request.http, request.response, 201, JSON.stringify(success(201)));
  }

  async #evict(request: ApiRequest, target: Target, pod: KubeObject): Promise<void> {
    const write = this.#writeOptions(request, 'CreateOptions');
    const eviction = await objectBody(request, target.resource, write);
    const given = evictionOptions(this.#options.store, pod, eviction);
    const options = deleteOptions(given, request.query, write);
    const { subresource: _, ...podTarget } = target;
    await this.#options.operations.delete(podTarget, options);
    await sendText(request.http, request.response, 201, JSON.stringify(success(201)));
  }

  async #virtualCreate(request: ApiRequest, target: Target, virtual: VirtualResource): Promise<void> {
    if (request.info.verb !== 'create') throw methodNotAllowed();
    const options = this.#writeOptions(request, 'CreateOptions');
    const object = await objectBody(request, target.resource, options);
    const answer = await virtual.create({
      user: request.user,
      namespace: target.namespace,
      name: target.name,
      object,
      dryRun: options.dryRun ?? false,
    });
    return this.#sendObject(request, target, 201, answer);
  }

  async #sendObject(
    request: ApiRequest,
    { resource }: Target,
    code: number,
    object: KubeObject,
  ): Promise<void> {
    const { http, response, query } = request;
    const form = answerForm(http.headers.accept);
    // Only objects of the resource have its columns.
    const own = object.kind === resource.kind && form.as !== 'Object';
    const include = parseIncludeObject(query.get('includeObject'));
    const objectForm = objectFormOf(own ? form : { as: 'Object', version: 'v1' }, resource, include);
    await sendText(http, response, code, `${readable(request, objectForm.text(object))}\n`);
  }

  #writeOptions(request: ApiRequest, kind: string, apply = false): WriteOptions {
    const options = writeOptions(request.query, callOptions(request), kind);
    if (options.fieldManager || apply) return options;
    const fieldManager = managerFromUserAgent(request.http.headers['user-agent']);
    return fieldManager ? { ...options, fieldManager } : options;
  }

  #exists({ resource, namespace, name }: Target): boolean {
    return this.#options.store.get(resource.storageKey, namespace, name) !== undefined;
  }
}

/** Indented for people: with `?pretty=true`, and for curl and wget unless they say otherwise. */
function readable({ http, query }: ApiRequest, text: string): string {
  const asked = query.get('pretty');
  const pretty = asked === null ? /^(curl|Wget)\//.test(http.headers['user-agent'] ?? '') : isTrue(asked);
  return pretty ? JSON.stringify(JSON.parse(text), undefined, 2) : text;
}

const virtualKey = (group: string, plural: string, subresource: string): string =>
  `${group}/${plural}/${subresource}`;

const forceForbidden = (): StatusError =>
  new StatusError({
    code: 422,
    reason: 'Invalid',
    message:
      'PatchOptions.meta.k8s.io "" is invalid: force: Forbidden: may not be specified for non-apply patch',
    details: { group: 'meta.k8s.io', kind: 'PatchOptions' },
  });

async function objectBody(
  { http }: ApiRequest,
  resource: ServedResource,
  options: WriteOptions,
): Promise<KubeObject> {
  const decoded: DecodedBody = decodeBody(await readBody(http), mediaType(http.headers['content-type']));
  const { value } = decoded;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw badRequest(`the body of the request is not a ${resource.kind} object`);
  }
  reportDuplicates(resource, decoded.duplicates, options);
  return value as KubeObject;
}

function reportDuplicates(resource: ServedResource, duplicates: string[], options: WriteOptions): void {
  if (duplicates.length === 0) return;
  if (options.fieldValidation === 'Strict') throw strictDecodingError(resource, duplicates);
  if (options.fieldValidation === 'Warn') for (const text of duplicates) options.warn?.(text);
}

/** The name that a list or watch is about, for authorisation: one whose field selector names a single object. */
export function selectedName(query: URLSearchParams, resource: ServedResource | undefined): string {
  const text = query.get('fieldSelector');
  if (!text || !resource) return '';
  return fieldSelector(text, resource)?.name ?? '';
}
