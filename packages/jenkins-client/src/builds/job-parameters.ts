import { itemRoute, type ItemPath } from '../address/item-path.ts';
import type { CallOptions, Connection } from '../connection.ts';
import { UnexpectedBodyError } from '../errors.ts';
import { objectOf } from '../json-shape.ts';
import {
  parameterDefinitionTree,
  parseJobParameters,
  type ParameterDefinition,
} from './parameter-definition.ts';

/**
 * The parameters that a job takes; none for a job without. A Jenkinsfile may declare parameters too: those are known
 * from the first build on.
 */
export async function jobParameters(
  connection: Connection,
  item: ItemPath,
  options: CallOptions = {},
): Promise<readonly ParameterDefinition[]> {
  const response = await connection.request({
    ...options,
    path: itemRoute(item, 'api/json'),
    query: { tree: `property[parameterDefinitions[${parameterDefinitionTree}]]` },
  });
  const job = objectOf(await response.json<unknown>());
  if (!job) throw new UnexpectedBodyError(`The answer does not describe ${item.join('/')}.`);
  return parseJobParameters(job);
}
