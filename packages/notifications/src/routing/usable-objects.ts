import type { ObjectMeta } from '@armillary/resource';
import type { Config } from '../kinds/config.ts';
import type { Receiver } from '../kinds/receiver.ts';
import type { Router } from '../kinds/router.ts';
import type { Silence } from '../kinds/silence.ts';
import { validateConfig } from '../validation/config.ts';
import { validateReceiver } from '../validation/receiver.ts';
import { validateRouter } from '../validation/router.ts';
import { validateSilence } from '../validation/silence.ts';
import { configsOf, receiversOf, type Ownership } from '../channels/channels-of-object.ts';
import type { LeftOutList } from './left-out.ts';
import { classOf, classOfSilence, type ObjectClass, type ObjectClasses } from './object-class.ts';
import type { ChannelConfig, ChannelReceiver } from '../channels/receiver.ts';
import { compileRouter, type RoutingRouter } from './router.ts';
import { compileSilence, type RoutingSilence } from './silence.ts';

/** The receivers that can be told, by name. Each channel of an object stands for itself: one may be wrong. */
export function usableReceivers(
  objects: readonly Receiver[],
  classes: ObjectClasses,
  leftOut: LeftOutList,
): ChannelReceiver[] {
  return byName(objects).flatMap((object) => {
    const notes = leftOut.of('Receiver', object.metadata);
    const found = classOf(object.metadata.labels, classes);
    if (!found || found.kind === 'default') return notes.wrong(unowned(object.metadata, classes, 'other'));
    const receivers = receiversOf(object, ownership(found));
    if (receivers.length === 0) return notes.wrong(noChannel);
    return receivers.flatMap((receiver) => {
      const { type, spec } = receiver;
      // Asked by itself: validation of a whole object ends at the first channel of a wrong type.
      const causes = validateReceiver({ ...object, spec: { [type]: spec } });
      if (causes.length > 0) return notes.invalid(causes, type);
      return spec.enabled === false ? notes.disabled(`spec.${type}.enabled`, type) : [receiver];
    });
  });
}

/** The configs that can be used, by name. Each channel of an object stands for itself. */
export function usableConfigs(
  objects: readonly Config[],
  classes: ObjectClasses,
  leftOut: LeftOutList,
): ChannelConfig[] {
  return byName(objects).flatMap((object) => {
    const notes = leftOut.of('Config', object.metadata);
    const found = classOf(object.metadata.labels, classes);
    // Upstream never looks at configs with the labels of global receivers.
    if (!found || found.kind === 'global') return notes.wrong(unowned(object.metadata, classes, 'config'));
    const configs = configsOf(object, ownership(found));
    if (configs.length === 0) return notes.wrong(noChannel);
    return configs.flatMap((config) => {
      const causes = validateConfig({ ...object, spec: { [config.type]: config.spec } });
      return causes.length > 0 ? notes.invalid(causes, config.type) : [config];
    });
  });
}

/** The routers at work, by name. */
export function usableRouters(
  objects: readonly Router[],
  receivers: readonly ChannelReceiver[],
  leftOut: LeftOutList,
): RoutingRouter[] {
  return byName(objects).flatMap((object) => {
    const { metadata, spec } = object;
    const notes = leftOut.of('Router', metadata);
    const causes = validateRouter(object);
    if (causes.length > 0) return notes.invalid(causes);
    if (!spec) return notes.wrong('it has no spec');
    if (spec.enabled === false) return notes.disabled('spec.enabled');
    return [compileRouter(metadata.name ?? '', spec, receivers)];
  });
}

/** The silences at work, by name. */
export function usableSilences(
  objects: readonly Silence[],
  classes: ObjectClasses,
  leftOut: LeftOutList,
): RoutingSilence[] {
  return byName(objects).flatMap((object) => {
    const { metadata, spec } = object;
    const notes = leftOut.of('Silence', metadata);
    const found = classOfSilence(metadata.labels, classes);
    if (!found) return notes.wrong(unowned(metadata, classes, 'other'));
    const causes = validateSilence(object);
    if (causes.length > 0) return notes.invalid(causes);
    if (!spec) return notes.wrong('it has no spec');
    if (spec.enabled === false) return notes.disabled('spec.enabled');
    return [compileSilence(metadata.name ?? '', spec, found.kind === 'tenant' ? found.tenant : undefined)];
  });
}

const noChannel = 'it has settings for no channel';

const ownership = (found: ObjectClass): Ownership => ({
  origin: { kind: 'object' },
  ...(found.kind === 'tenant' ? { tenant: found.tenant } : {}),
});

/** The order in which objects are read must not matter: what is told first depends on names only. */
const byName = <T extends { metadata: ObjectMeta }>(objects: readonly T[]): T[] =>
  objects.toSorted(({ metadata: { name: one = '' } }, { metadata: { name: other = '' } }) =>
    one < other ? -1 : Number(one > other),
  );

function unowned({ labels }: ObjectMeta, classes: ObjectClasses, kind: 'config' | 'other'): string {
  const everybody =
    kind === 'config'
      ? 'a default config (defaultConfigSelector)'
      : `everybody's (${pairs(classes.global?.matchLabels)})`;
  const tenants = `a tenant's (${pairs(classes.tenant?.matchLabels)}, and ${classes.tenantKey})`;
  return `its labels (${pairs(labels)}) make it neither ${everybody} nor ${tenants}`;
}

const pairs = (labels: Readonly<Record<string, string>> = {}): string =>
  Object.entries(labels)
    .map(([key, value]) => `${key}=${value}`)
    .join(', ') || 'none';
