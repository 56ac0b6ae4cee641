import { invalid } from '@armillary/resource';
import type { Cause, ResourceSchema } from '@armillary/resource';
import type { KubeObject } from '../object.ts';
import type { ScalePaths, Strategy } from '../served-resource.ts';

/** How objects of one version of a custom resource are pruned, defaulted and validated. */
export function customStrategy(schema: ResourceSchema, scale: ScalePaths | undefined): Strategy {
  // Nulls that the schema does not allow go, also where there is nothing to default.
  const dropNulls = (object: KubeObject): void => schema.default(object);
  return {
    prune: (object) => schema.prune(object),
    // Left out when it could not change anything, so that reads need no copies.
    ...(schema.hasDefaults
      ? { default: dropNulls }
      : { prepareForCreate: dropNulls, prepareForUpdate: dropNulls }),
    validate: (object, old) => [...schema.validate(object, old), ...scaleCauses(object, scale)],
  };
}

const maxReplicas = 2 ** 31 - 1;

function scaleCauses(object: KubeObject, scale: ScalePaths | undefined): Cause[] {
  if (!scale) return [];
  const causes: Cause[] = [];
  for (const path of [scale.specReplicasPath, scale.statusReplicasPath]) {
    const replicas = valueAt(object, path);
    if (replicas === undefined) continue;
    if (!Number.isInteger(replicas)) {
      causes.push(
        invalid(
          path,
          0,
          `${path} accessor error: ${JSON.stringify(replicas)} is of the type ${typeof replicas}, expected int64`,
        ),
      );
    } else if ((replicas as number) < 0)
      causes.push(invalid(path, replicas, 'should be a non-negative integer'));
    else if ((replicas as number) > maxReplicas) {
      causes.push(invalid(path, replicas, `should be less than or equal to ${maxReplicas}`));
    }
  }
  return causes;
}

function valueAt(object: KubeObject, path: string): unknown {
  let value: unknown = object;
  for (const name of path.replace(/^\./, '').split('.')) {
    value = (value as Record<string, unknown> | null | undefined)?.[name];
  }
  return value ?? undefined;
}
