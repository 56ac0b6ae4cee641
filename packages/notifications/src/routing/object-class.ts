import type { LabelSelector } from '../kinds/label-selector.ts';
import type { NotificationManagerSpec } from '../kinds/notification-manager.ts';
import { compileSelector, matchesAny, type Labels, type Selector } from '../selector/selector.ts';

/** Whose an object is: everybody's, one tenant's, or, for configs, the default for everybody. */
export type ObjectClass =
  | { readonly kind: 'global' }
  | { readonly kind: 'tenant'; readonly tenant: string }
  | { readonly kind: 'default' };

/** By which labels objects are told apart. */
export interface ObjectClasses {
  /** The label whose value is the tenant. */
  readonly tenantKey: string;
  readonly global: LabelSelector | undefined;
  readonly tenant: LabelSelector | undefined;
  readonly isDefault: Selector;
}

/** The labels that hold without a NotificationManager: those that upstream's samples use. */
const builtIn = {
  tenantKey: 'user',
  globalReceiverSelector: { matchLabels: { type: 'global' } },
  tenantReceiverSelector: { matchLabels: { type: 'tenant' } },
  defaultConfigSelector: { matchLabels: { type: 'default' } },
};

/**
 * The classes that a NotificationManager defines.
 *
 * @throws {NotificationError} `Invalid` when `defaultConfigSelector` is no selector.
 */
export function objectClasses(
  spec: Pick<NotificationManagerSpec, 'receivers' | 'defaultConfigSelector'> | undefined,
): ObjectClasses {
  const {
    tenantKey = builtIn.tenantKey,
    globalReceiverSelector,
    tenantReceiverSelector,
  } = spec?.receivers ?? builtIn;
  const { defaultConfigSelector } = spec ?? builtIn;
  return {
    tenantKey,
    global: globalReceiverSelector,
    tenant: tenantReceiverSelector,
    isDefault: defaultConfigSelector ? compileSelector(defaultConfigSelector) : () => false,
  };
}

/**
 * The class of a receiver or config, by its labels. Undefined when they fit none: the object has no effect. One pair of
 * a selector's `matchLabels` is enough, as upstream has it.
 */
export function classOf(labels: Labels | undefined, classes: ObjectClasses): ObjectClass | undefined {
  if (matchesAny(classes.global, labels)) return { kind: 'global' };
  const tenant = matchesAny(classes.tenant, labels) ? valueOf(labels, classes.tenantKey) : undefined;
  if (tenant !== undefined) return { kind: 'tenant', tenant };
  return classes.isDefault(labels) ? { kind: 'default' } : undefined;
}

/**
 * The class of a silence. Every pair counts here, as upstream has it: a silence that covers more than was meant
 * would keep alerts from people.
 */
export function classOfSilence(labels: Labels | undefined, classes: ObjectClasses): ObjectClass | undefined {
  if (matchesAll(classes.global, labels)) return { kind: 'global' };
  const tenant = matchesAll(classes.tenant, labels) ? valueOf(labels, classes.tenantKey) : undefined;
  return tenant === undefined ? undefined : { kind: 'tenant', tenant };
}

function matchesAll(selector: LabelSelector | undefined, labels: Labels | undefined): boolean {
  const pairs = Object.entries(selector?.matchLabels ?? {});
  return pairs.length > 0 && pairs.every(([key, value]) => valueOf(labels, key) === value);
}

const valueOf = (labels: Labels | undefined, key: string): string | undefined =>
  labels && Object.hasOwn(labels, key) ? labels[key] : undefined;
