import { isObject } from '@armillary/resource';
import { Compile } from 'typebox/compile';
import { NotificationError } from '../errors.ts';
import type { ChannelConfig, ChannelReceiver } from '../channels/receiver.ts';
import { CONTRACT_VERSION, ReceiverList } from './contract/receiver-list.ts';
import type { AnswerLifetime } from './freshness.ts';
import { configEntry, receiverEntry } from './named-entry.ts';
import type { NamedEntry } from './named-entry.ts';
import type { SourceAnswer } from './source-answer.ts';
import type { Trust } from './trust.ts';

/** What a source said, checked and ready to be used. */
export interface AnswerContent {
  readonly revision?: string;
  readonly tenants: readonly string[];
  readonly receivers: readonly ChannelReceiver[];
  readonly configs: readonly ChannelConfig[];
  readonly skipped: SourceAnswer['skipped'];
}

/** An answer that was read. */
export interface ReadAnswer {
  readonly content: AnswerContent;
  readonly lifetime: AnswerLifetime;
}

/** The most that one answer may hold; a longer one is refused whole, for a part of it would be a different answer. */
export const answerLimits = { receivers: 500, configs: 500, tenants: 5_000, addresses: 5_000 } as const;

/** What an answer without anybody is: also that of a source that does not know the namespace. */
export const nobody: AnswerContent = { tenants: [], receivers: [], configs: [], skipped: [] };

const receiverList = Compile(ReceiverList);

/** Whether nobody is named. */
export const namesNobody = ({ tenants, receivers }: AnswerContent): boolean =>
  tenants.length + receivers.length === 0;

/**
 * Reads what a source answered: a `ReceiverList`, or upstream's bare array of tenant names. An entry that is invalid
 * or not to be trusted is skipped with the reason, the rest is used. Throws `NotificationError` `Invalid` when the
 * answer as a whole cannot be used.
 */
export function readAnswer(value: unknown, source: string, trust: Trust): ReadAnswer {
  if (Array.isArray(value)) return { content: { ...nobody, tenants: tenantNames(value) }, lifetime: {} };
  checkVersion(value);
  if (!receiverList.Check(value)) {
    const [error] = receiverList.Errors(value);
    throw invalid(
      `${error?.instancePath.slice(1).replaceAll('/', '.') ?? ''} ${error?.message ?? ''}`.trim(),
    );
  }
  if (value.receivers === undefined && value.tenants === undefined) {
    throw invalid('it has neither receivers nor tenants; "receivers": [] says nobody');
  }
  const { metadata = {}, tenants, receivers, configs } = value;
  const named = entries(receivers ?? [], 'receivers', (entry) => receiverEntry(entry, source, trust));
  const accounts = entries(configs ?? [], 'configs', (entry) => configEntry(entry, source, trust));
  const content: AnswerContent = {
    ...(metadata.revision === undefined ? {} : { revision: metadata.revision }),
    tenants: tenantNames(tenants ?? []),
    receivers: named.parts,
    configs: accounts.parts,
    skipped: [...named.skipped, ...accounts.skipped],
  };
  return { content, lifetime: lifetimeOf(metadata) };
}

/**
 * A newer minor version only adds fields; a newer major one may mean something else by those that are here. An answer
 * that names no version of the contract is read as one of this.
 */
function checkVersion(value: unknown): asserts value is object {
  if (!isObject(value)) throw invalid('it is neither a ReceiverList nor an array of tenant names');
  const major = /^notification\.armillary\.dev\/v(\d+)/u.exec(String(value['apiVersion']))?.[1] ?? '1';
  if (major !== '1') throw invalid(`its apiVersion is not ${CONTRACT_VERSION}`);
}

function entries<T>(
  list: readonly unknown[],
  field: 'receivers' | 'configs',
  read: (entry: unknown) => NamedEntry<T>,
): { parts: T[]; skipped: { name: string; reason: string }[] } {
  if (list.length > answerLimits[field]) throw invalid(`it has more than ${answerLimits[field]} ${field}`);
  const names = new Set<string>();
  const parts: T[] = [];
  const skipped: { name: string; reason: string }[] = [];
  let addresses = 0;
  for (const [index, entry] of list.entries()) {
    const found = read(entry);
    const name = found.name ?? `${field}[${index}]`;
    const reason = names.has(name) ? 'the name is used by another one before it' : found.reason;
    names.add(name);
    addresses += found.addresses;
    if (addresses > answerLimits.addresses)
      throw invalid(`it has more than ${answerLimits.addresses} addresses`);
    if (reason === undefined) parts.push(...found.parts);
    else skipped.push({ name, reason: shown(reason) });
  }
  return { parts, skipped };
}

/** A reason may name fields of the source's own making: one line of them is enough. */
const shown = (reason: string): string => reason.replace(/[\p{C}\s]+/gu, ' ').slice(0, 300);

function tenantNames(list: readonly unknown[]): string[] {
  if (list.length > answerLimits.tenants) throw invalid(`it has more than ${answerLimits.tenants} tenants`);
  const names = list.filter((name) => typeof name === 'string' && name.length <= 253);
  if (names.length < list.length) throw invalid('its tenants are not all strings of at most 253 characters');
  return [...new Set(names)].filter((name) => name !== '') as string[];
}

function lifetimeOf({ ttlSeconds, staleSeconds }: NonNullable<ReceiverList['metadata']>): AnswerLifetime {
  return {
    ...(ttlSeconds === undefined ? {} : { ttlMs: ttlSeconds * 1000 }),
    ...(staleSeconds === undefined ? {} : { staleMs: staleSeconds * 1000 }),
  };
}

const invalid = (message: string): NotificationError => new NotificationError('Invalid', message);
