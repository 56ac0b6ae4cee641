import {
  routePolicies,
  type NotificationManager,
  type NotificationManagerSpec,
  type RoutePolicy,
} from '../kinds/notification-manager.ts';
import { selectorCauses } from '../selector/selector.ts';
import { validateNotificationManager } from '../validation/notification-manager.ts';
import { tenantMatchAnnotation, tenantMatches, type TenantMatch } from './alert-class.ts';
import type { LeftOutList } from './left-out.ts';
import { objectClasses, type ObjectClasses } from './object-class.ts';

/** What the NotificationManager says about routing. */
export interface RoutingSettings {
  readonly classes: ObjectClasses;
  readonly tenantMatch: TenantMatch;
  readonly routePolicy: RoutePolicy;
  /** Labels whose values must be equal for alerts to be told together. */
  readonly groupLabels: readonly string[];
}

/**
 * Reads the settings. Each that is wrong is noted, and it is then as if it were absent; without a NotificationManager
 * all of them are.
 */
export function routingSettings(
  manager: NotificationManager | undefined,
  tenantMatch: TenantMatch,
  leftOut: LeftOutList,
): RoutingSettings {
  const notes = leftOut.of('NotificationManager', manager?.metadata);
  const causes = manager ? validateNotificationManager(manager) : [];
  for (const cause of causes) notes.withoutEffect(cause);
  const annotation = manager?.metadata.annotations?.[tenantMatchAnnotation];
  const annotated = oneOf(tenantMatches, annotation);
  if (annotation !== undefined && annotated === undefined) {
    notes.wrong(`its annotation ${tenantMatchAnnotation} is none of ${tenantMatches.join(', ')}`);
  }
  const { receivers }: Partial<NotificationManagerSpec> = manager?.spec ?? {};
  if (receivers?.options?.global?.templateFile?.length) {
    notes.wrong(
      'its options.global.templateFile is not read: put the templates into a ConfigMap, and name it in spec.template.text',
    );
  }
  return {
    classes: classesOf(manager),
    tenantMatch: annotated ?? tenantMatch,
    routePolicy: oneOf(routePolicies, manager?.spec?.routePolicy) ?? 'All',
    groupLabels: manager?.spec?.groupLabels ?? [],
  };
}

/** With a `defaultConfigSelector` that is wrong, no config is a default one. */
function classesOf(manager: NotificationManager | undefined): ObjectClasses {
  const spec = manager?.spec;
  if (!spec?.defaultConfigSelector) return objectClasses(spec);
  const isWrong = selectorCauses(spec.defaultConfigSelector, '').length > 0;
  return objectClasses(isWrong ? { receivers: spec.receivers } : spec);
}

const oneOf = <T extends string>(allowed: readonly T[], text: string | undefined): T | undefined =>
  allowed.find((one) => one === text);
