import { receiverIdentity, type ChannelReceiver } from '../channels/receiver.ts';
import type { MergePolicy, SourceAnswer } from './source-answer.ts';

/** What the cluster knows and what the sources said, about one alert. */
export interface MergeInput {
  /** Tenants that the cluster itself names; the namespace, unless a tenant sidecar decides. */
  readonly tenants: readonly string[];
  /** The receivers of a tenant's own objects. */
  receiversOf(tenant: string): readonly ChannelReceiver[];
  readonly answers: readonly SourceAnswer[];
  /** The label that says whose receiver one from a source is. */
  readonly tenantKey: string;
}

/** A receiver that the merge left out, with the reason in words. */
interface LeftOut {
  readonly receiver: ChannelReceiver;
  readonly reason: string;
}

/** Who shall be told, global receivers and routers aside. */
export interface Merged {
  /** Tenants whose own objects count, in order, each once. */
  readonly tenants: readonly string[];
  /** Objects first, then the answers in their order; at most one object and one per source of a type and name. */
  readonly receivers: readonly ChannelReceiver[];
  readonly leftOut: readonly LeftOut[];
}

/** What one voice asks for: its tenants' objects, and receivers of its own. */
interface Part {
  readonly tenants: readonly string[];
  readonly objects: readonly ChannelReceiver[];
  readonly named: readonly ChannelReceiver[];
}

/**
 * Merges what sources said with what the cluster's objects say. A source speaks with its receivers and with the objects
 * of the tenants it names; the cluster speaks with the objects of the tenants that it names itself. With several
 * sources the strongest policy decides about the cluster's voice:
 *
 * 1. `Only`: the cluster's voice never counts, whatever the source said or failed to say.
 * 2. `Override`: it does not count when the source named somebody who can be told.
 * 3. `Append`: it counts beside the source.
 * 4. `Fallback`: the source counts only when all of the above named nobody; of several, the first in order that
 *    names somebody.
 *
 * Sources never silence each other. What a receiver is known by is (source, type, name); an object that is told wins
 * over a source's receiver of equal type and name. Who is told twice at one address is found later, by address.
 */
export function mergeReceivers(input: MergeInput): Merged {
  const cluster = partOf(input, input.tenants, []);
  const speaking = input.answers.map((answer) => ({
    answer,
    part: partOf(input, answer.tenants, answer.receivers),
  }));
  const having = (policy: MergePolicy) => speaking.filter(({ answer }) => answer.mergePolicy === policy);

  const only = having('Only')[0];
  const override = having('Override').find(({ part }) => says(part));
  const silencing = only ?? override;
  const parts: Part[] = silencing ? [] : [cluster];
  parts.push(...speaking.filter(({ answer }) => answer.mergePolicy !== 'Fallback').map(({ part }) => part));
  const fallbacks = having('Fallback');
  const fallback = parts.some(says) ? undefined : fallbacks.find(({ part }) => says(part));
  if (fallback) parts.push(fallback.part);

  const merged = together(parts);
  const told = new Set(merged.receivers.map(receiverIdentity));
  const unheard = [
    ...(silencing ? [{ part: cluster, reason: silencedBy(silencing.answer) }] : []),
    ...fallbacks
      .filter((one) => one !== fallback)
      .map(({ answer, part }) => ({
        part,
        reason: `source ${answer.source} is a fallback, and others are told`,
      })),
  ];
  const leftOut = unheard.flatMap(({ part, reason }) =>
    [...part.objects, ...part.named]
      .filter((receiver) => !told.has(receiverIdentity(receiver)))
      .map((receiver) => ({ receiver, reason })),
  );
  return { ...merged, leftOut: [...merged.leftOut, ...leftOut] };
}

function partOf(input: MergeInput, tenants: readonly string[], named: readonly ChannelReceiver[]): Part {
  return {
    tenants,
    objects: tenants.flatMap((tenant) => input.receiversOf(tenant)),
    named: named.map((receiver) => ownedBy(receiver, input.tenantKey)),
  };
}

const says = (part: Part): boolean => part.objects.length + part.named.length > 0;

function ownedBy(receiver: ChannelReceiver, tenantKey: string): ChannelReceiver {
  const tenant = receiver.labels[tenantKey];
  return tenant === undefined ? receiver : { ...receiver, tenant };
}

function silencedBy({ source, mergePolicy }: SourceAnswer): string {
  return mergePolicy === 'Only'
    ? `source ${source} alone decides who is told (mergePolicy Only)`
    : `source ${source} named others instead (mergePolicy Override)`;
}

function together(parts: readonly Part[]): Merged {
  const objects = distinct(parts.flatMap((part) => part.objects));
  const taken = new Set(objects.map(nameOf));
  const named = distinct(parts.flatMap((part) => part.named));
  return {
    tenants: [...new Set(parts.flatMap((part) => part.tenants))],
    receivers: [...objects, ...named.filter((receiver) => !taken.has(nameOf(receiver)))],
    leftOut: named
      .filter((receiver) => taken.has(nameOf(receiver)))
      .map((receiver) => ({ receiver, reason: 'an object of the same type and name is told' })),
  };
}

const nameOf = ({ type, name }: ChannelReceiver): string => `${type}/${name}`;

function distinct(receivers: readonly ChannelReceiver[]): ChannelReceiver[] {
  return [...new Map(receivers.map((receiver) => [receiverIdentity(receiver), receiver])).values()];
}
