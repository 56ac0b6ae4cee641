import { isObject } from '@armillary/resource';
import type { Cause } from '@armillary/resource';
import { configKind } from '../kinds/config.ts';
import type { Config } from '../kinds/config.ts';
import { receiverKind } from '../kinds/receiver.ts';
import type { Receiver } from '../kinds/receiver.ts';
import { configsOf, receiversOf } from '../channels/channels-of-object.ts';
import type { ChannelConfig, ChannelReceiver } from '../channels/receiver.ts';
import { validateConfig } from '../validation/config.ts';
import { validateReceiver } from '../validation/receiver.ts';
import { distrust } from './trust.ts';
import type { Trust } from './trust.ts';

/** One Receiver or Config of an answer. */
export interface NamedEntry<T> {
  /** Absent when it has none that can be used. */
  readonly name?: string;
  /** One per channel; to be used only when there is no reason against it. */
  readonly parts: readonly T[];
  /** Why it is not used. */
  readonly reason?: string;
  /** How many addresses it has. */
  readonly addresses: number;
}

/** Most labels of one entry, and as many annotations. */
const maxLabels = 64;
/** Most characters of a name or value of them: they get into indexes and keys, which hold no more than a page. */
const maxText = 512;
/** A DNS subdomain, as names of Kubernetes objects are. */
const namePattern = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/u;

/** Reads a v2beta2 Receiver that a source named. Channels that are not enabled are no part of it. */
export function receiverEntry(entry: unknown, source: string, trust: Trust): NamedEntry<ChannelReceiver> {
  const checks = { kind: receiverKind, validate: validateReceiver, trust };
  const found = read(entry, checks, (object) =>
    receiversOf(object as unknown as Receiver, { origin: { kind: 'source', source } }),
  );
  return { ...found, parts: found.parts.filter(({ spec }) => spec.enabled !== false) };
}

/** Reads a v2beta2 Config that a source named. */
export function configEntry(entry: unknown, source: string, trust: Trust): NamedEntry<ChannelConfig> {
  const checks = { kind: configKind, validate: validateConfig, trust };
  return read(entry, checks, (object) =>
    configsOf(object as unknown as Config, { origin: { kind: 'source', source } }),
  );
}

interface Checks {
  readonly kind: { readonly apiVersion: string; readonly kind: string };
  readonly validate: (object: unknown) => Cause[];
  readonly trust: Trust;
}

function read<T>(
  entry: unknown,
  { kind: { apiVersion, kind }, validate, trust }: Checks,
  split: (object: Readonly<Record<string, unknown>>) => T[],
): NamedEntry<T> {
  const none = { parts: [], addresses: 0 };
  if (!isObject(entry)) return { ...none, reason: 'it is no object' };
  if ((entry['kind'] ?? kind) !== kind) return { ...none, reason: `kind: must be ${kind}, or left out` };
  const metadata = isObject(entry['metadata']) ? entry['metadata'] : {};
  const { name } = metadata;
  if (typeof name !== 'string' || name.length > 253 || !namePattern.test(name)) {
    return {
      ...none,
      reason: 'metadata.name: must be a name such as shop-on-call, of at most 253 characters',
    };
  }
  const [labels, annotations] = [texts(metadata['labels']), texts(metadata['annotations'])];
  if (!labels || !annotations) {
    return {
      ...none,
      name,
      reason: `metadata: labels and annotations must be strings of at most ${maxText} characters, at most ${maxLabels} of each`,
    };
  }
  const object = { apiVersion, kind, ...entry, metadata: { name, labels, annotations } };
  const [cause] = validate(object);
  if (cause) return { ...none, name, reason: `${cause.field}: ${withoutValue(cause)}` };
  const parts = split(object);
  const reason = distrust(object, trust) ?? (parts.length === 0 ? 'spec: names no channel' : undefined);
  const known = { name, addresses: addressCount(entry['spec']) };
  return reason === undefined ? { ...known, parts } : { ...known, parts: [], reason };
}

function texts(value: unknown): Readonly<Record<string, string>> | undefined {
  if (value === undefined || value === null) return {};
  if (!isObject(value)) return undefined;
  const pairs = Object.entries(value);
  const fits = (text: unknown): boolean => typeof text === 'string' && text.length <= maxText;
  const valid = pairs.length <= maxLabels && pairs.every(([name, text]) => fits(name) && fits(text));
  return valid ? (value as Record<string, string>) : undefined;
}

/** `Invalid value: <value>` with the value as `Cause` shows it: a quoted string, JSON, or a bare word. */
const shownValue =
  /^(Invalid|Unsupported|Duplicate) value: (?:"[^"\\]*(?:\\.[^"\\]*)*"|\{.*\}|\[.*\]|[^:]*)/su;

/** The words of a cause without the value, which may be a secret or an address: what a source says is never shown. */
const withoutValue = ({ message }: Cause): string => message.replace(shownValue, '$1 value');

/** Every entry of a list in a channel is one address, and a channel without lists is one. */
function addressCount(spec: unknown): number {
  return Object.values(isObject(spec) ? spec : {}).reduce<number>(
    (sum, channel) => sum + Math.max(1, listEntries(channel)),
    0,
  );
}

function listEntries(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const inner = Object.values(value).reduce<number>((sum, one) => sum + listEntries(one), 0);
  return inner + (Array.isArray(value) ? value.length : 0);
}
