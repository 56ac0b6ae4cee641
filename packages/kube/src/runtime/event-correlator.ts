import { BoundedMap } from '../objects/bounded-map.ts';
import type { Event } from '../objects/core-v1.ts';
import type { KubeObject } from '../objects/kube-object.ts';
import { secondTime } from '../objects/micro-time.ts';
import type { Clock } from '../time/clock.ts';
import { TokenBucket } from '../time/token-bucket.ts';

/** How many different messages of one reason stand beside each other before they become one event. */
const maxSimilar = 10;
const similarWithinMs = 600_000;
const cacheSize = 4096;
/** Kubernetes' own limit is 1,024 characters. */
const maxMessageLength = 1024;

// Kinds such as ClusterRole take names that an event may not have, `system:node`.
const isSubdomain = /^[a-z0-9][a-z0-9.-]*$/u;
/** The longest part of an object's name that leaves room for the suffix in 253 characters. */
const maxNameLength = 230;

interface Similar {
  messages: Set<string>;
  lastAt: number;
}

/** Makes the Event object to write for each thing that happens: new, counted up, combined, or none at all. */
export class EventCorrelator {
  readonly #source: { component: string; host?: string };
  readonly #clock: Clock;
  readonly #similar = new BoundedMap<Similar>(cacheSize);
  readonly #seen = new BoundedMap<Event>(cacheSize);
  readonly #buckets = new BoundedMap<TokenBucket>(cacheSize);
  /** Several recorders may tell of one object in one millisecond: each starts elsewhere. */
  #sequence = Math.floor(Math.random() * 1_000_000);

  constructor(options: { source: { component: string; host?: string }; clock: Clock }) {
    this.#source = options.source;
    this.#clock = options.clock;
  }

  /** The event to create (`count` 1) or to count up; undefined when the object makes too many. */
  correlate(
    object: KubeObject,
    type: 'Normal' | 'Warning',
    reason: string,
    fullMessage: string,
  ): Event | undefined {
    const message = fullMessage.slice(0, maxMessageLength);
    const about = `${object.kind}/${object.metadata.namespace ?? ''}/${object.metadata.name}/${object.metadata.uid}`;
    if (!this.#allows(about)) return undefined;
    const group = JSON.stringify([about, type, reason]);
    const combined = this.#isCombined(group, message);
    const text = (combined ? `(combined from similar events): ${message}` : message).slice(
      0,
      maxMessageLength,
    );
    const key = combined ? group : JSON.stringify([about, type, reason, message]);
    const now = secondTime(this.#clock.now());
    const before = this.#seen.get(key);
    const event: Event = before
      ? { ...before, count: (before.count ?? 1) + 1, lastTimestamp: now, message: text }
      : { ...this.#newEvent(object, now), type, reason, message: text };
    this.#seen.set(key, event);
    return event;
  }

  #newEvent(object: KubeObject, now: string): Event {
    const { name = '', namespace, uid, resourceVersion } = object.metadata;
    this.#sequence += 1;
    // Unlike any other event's name, and stable while its count goes up.
    const suffix = (BigInt(this.#clock.now()) * 1_000_000n + BigInt(this.#sequence)).toString(16);
    return {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: {
        name: `${isSubdomain.test(name) ? name.slice(0, maxNameLength) : 'event'}.${suffix}`,
        namespace: namespace ?? 'default',
      },
      involvedObject: {
        apiVersion: object.apiVersion,
        kind: object.kind,
        name,
        ...(namespace === undefined ? {} : { namespace }),
        ...(uid === undefined ? {} : { uid }),
        ...(resourceVersion === undefined ? {} : { resourceVersion }),
      },
      source: this.#source,
      reportingComponent: this.#source.component,
      reportingInstance: this.#source.host ?? '',
      count: 1,
      firstTimestamp: now,
      lastTimestamp: now,
    };
  }

  #isCombined(group: string, message: string): boolean {
    const now = this.#clock.now();
    let similar = this.#similar.get(group);
    if (!similar || now - similar.lastAt > similarWithinMs) similar = { messages: new Set(), lastAt: now };
    similar.lastAt = now;
    if (similar.messages.size < maxSimilar) similar.messages.add(message);
    this.#similar.set(group, similar);
    return !similar.messages.has(message);
  }

  #allows(about: string): boolean {
    let bucket = this.#buckets.get(about);
    bucket ??= new TokenBucket({ clock: this.#clock, perSecond: 1 / 300, burst: 25 });
    this.#buckets.set(about, bucket);
    return bucket.tryTake();
  }
}
