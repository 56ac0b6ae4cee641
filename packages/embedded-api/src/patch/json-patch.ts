import { badRequest, tooLarge } from '../status-error.ts';
import { equal, field, isObject, setField } from './json-value.ts';
import type { JsonObject } from './json-value.ts';
import { rejectedPatch } from './rejected-patch.ts';

/** As kube-apiserver bounds it. */
const maxOperations = 10_000;

/** What `copy` operations may add up to in bytes of JSON, as kube-apiserver bounds it: each may double the document. */
const maxCopiedBytes = 3 * 1024 * 1024;

/** A list or object of the document, copied for this patch, so that it may be changed in place. */
type Container = JsonObject | unknown[];

/** What an operation addresses: a key of a container that exists. The key itself may not. */
interface Location {
  container: Container;
  key: string;
}

const unescape = (token: string): string => token.replaceAll('~1', '/').replaceAll('~0', '~');

const text = (operation: JsonObject, name: 'path' | 'from'): string => {
  const value = field(operation, name);
  if (typeof value !== 'string')
    throw rejectedPatch(`${String(operation['op'])} operation failed to decode ${name}: missing value`);
  return value;
};

/** Position in a list. As in the real server, negative positions count from the end; `end` is one past the last. */
const position = (key: string, end: number): number => {
  if (!/^[+-]?\d+$/.test(key)) throw rejectedPatch(`value was not a proper array index: '${key}'`);
  const index = Number(key);
  const resolved = index < 0 ? index + end : index;
  if (resolved < 0 || resolved >= end)
    throw rejectedPatch(`Unable to access invalid index: ${index}: invalid index referenced`);
  return resolved;
};

/** A document under change. Containers are copied on the way to each change, so the original stays as it is. */
class Draft {
  root: unknown;
  #copiedBytes = 0;
  readonly #owned = new WeakSet<object>();

  constructor(document: unknown) {
    this.root = document;
  }

  #own(value: unknown): Container | undefined {
    if (typeof value !== 'object' || value === null) return undefined;
    if (this.#owned.has(value)) return value as Container;
    const copy: Container = Array.isArray(value) ? [...(value as unknown[])] : { ...value };
    this.#owned.add(copy);
    return copy;
  }

  copy(value: unknown): unknown {
    const json = JSON.stringify(value);
    this.#copiedBytes += Buffer.byteLength(json);
    if (this.#copiedBytes > maxCopiedBytes)
      throw rejectedPatch(
        `Unable to complete the copy, the accumulated size increase of copy is ${this.#copiedBytes}, exceeding the limit ${maxCopiedBytes}`,
      );
    return JSON.parse(json);
  }

  locate(path: string, operation: string): Location {
    const missing = (): Error =>
      rejectedPatch(`${operation} operation does not apply: doc is missing path: "${path}": missing value`);
    if (!path.startsWith('/')) throw missing();
    const tokens = path.slice(1).split('/').map(unescape);
    const key = tokens.pop() ?? '';
    let container = this.#own(this.root);
    this.root = container;
    for (const token of tokens) {
      if (!container) throw missing();
      const parent = container;
      const child = this.#own(read({ container: parent, key: token }));
      if (!child) throw missing();
      write({ container: parent, key: token }, child);
      container = child;
    }
    if (!container) throw missing();
    return { container, key };
  }
}

const read = ({ container, key }: Location): unknown =>
  Array.isArray(container) ? container[position(key, container.length)] : field(container, key);

/** Replaces what is at an existing position, or sets a key. */
const write = ({ container, key }: Location, value: unknown): void => {
  if (Array.isArray(container)) container[position(key, container.length)] = value;
  else setField(container, key, value);
};

const add = ({ container, key }: Location, value: unknown): void => {
  if (!Array.isArray(container)) setField(container, key, value);
  else if (key === '-') container.push(value);
  else container.splice(position(key, container.length + 1), 0, value);
};

const remove = ({ container, key }: Location): void => {
  if (Array.isArray(container)) container.splice(position(key, container.length), 1);
  else if (Object.hasOwn(container, key)) delete container[key];
  else throw rejectedPatch(`Unable to remove nonexistent key: ${key}: missing value`);
};

const existing = (location: Location, path: string, operation: string): unknown => {
  if (!Array.isArray(location.container) && !Object.hasOwn(location.container, location.key))
    throw rejectedPatch(`${operation} operation does not apply: doc is missing key: ${path}: missing value`);
  return read(location);
};

const run = (draft: Draft, operation: JsonObject): void => {
  const op = field(operation, 'op');
  if (typeof op !== 'string') throw rejectedPatch('Unexpected kind: unknown');
  const value = field(operation, 'value') ?? null;
  switch (op) {
    case 'add':
      add(draft.locate(text(operation, 'path'), op), value);
      return;
    case 'remove':
      remove(draft.locate(text(operation, 'path'), op));
      return;
    case 'replace': {
      const path = text(operation, 'path');
      const at = draft.locate(path, op);
      existing(at, path, op);
      write(at, value);
      return;
    }
    case 'move': {
      const from = text(operation, 'from');
      const path = text(operation, 'path');
      const at = draft.locate(from, op);
      const moved = existing(at, from, op);
      remove(at);
      add(draft.locate(path, op), moved);
      return;
    }
    case 'copy': {
      const from = text(operation, 'from');
      const copied = draft.copy(existing(draft.locate(from, op), from, op));
      add(draft.locate(text(operation, 'path'), op), copied);
      return;
    }
    case 'test': {
      const path = text(operation, 'path');
      if (!equal(read(draft.locate(path, op)) ?? null, value))
        throw rejectedPatch(`testing value ${path} failed: test failed`);
      return;
    }
    default:
      throw rejectedPatch(`Unexpected kind: ${op}`);
  }
};

/**
 * Applies a JSON Patch (RFC 6902) and returns the new document; the given one is not changed, also when an
 * operation fails. As in kube-apiserver, a `test` of a missing key succeeds when its value is null or absent, and
 * negative list positions count from the end.
 * @throws StatusError 400 when `patch` is no list of objects, 413 above 10,000 operations, 422 when an operation
 * does not apply.
 */
export const applyJsonPatch = <T>(document: T, patch: unknown): T => {
  if (!Array.isArray(patch) || !patch.every(isObject))
    throw badRequest(
      'error decoding patch: a JSON patch is a list of operations, each an object with "op" and "path"',
    );
  if (patch.length > maxOperations)
    throw tooLarge(
      `Request entity too large: The allowed maximum operations in a JSON patch is ${maxOperations}, got ${patch.length}`,
    );
  const draft = new Draft(document);
  for (const operation of patch) run(draft, operation);
  return draft.root as T;
};
