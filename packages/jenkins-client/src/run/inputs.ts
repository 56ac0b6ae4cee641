import type { BuildAddress } from '../builds/build-address.ts';
import type { CallOptions, Connection } from '../connection.ts';
import { blueInputs } from './blue-ocean.ts';
import { graphViewInputs } from './graph-view.ts';
import { PendingInput, type InputDescription } from './pending-input.ts';
import { sourceOf, type RunSource } from './stages.ts';
import { wfapiInputs } from './wfapi.ts';

/**
 * The inputs that a build waits for: from pipeline-rest-api or Blue Ocean, which tell the parameters, else from
 * pipeline-graph-view. Throws UnsupportedError when the server has none of them.
 */
export async function inputs(
  connection: Connection,
  build: BuildAddress,
  options: CallOptions = {},
): Promise<readonly PendingInput[]> {
  const source = await sourceOf(connection, build, options);
  const descriptions = source ? await describe(source) : [];
  return descriptions.map((description) => new PendingInput(connection, build, description));
}

async function describe(source: RunSource): Promise<readonly InputDescription[]> {
  if (source.wfapi) return wfapiInputs(await source.json('wfapi/pendingInputActions'));
  if (source.blueOcean) return blueInputs(await source.blue('steps/'));
  const found = graphViewInputs(await source.json(`${source.graphView}/allSteps`));
  return found.map((input) => ({ ...input, parameters: input.parameters ? undefined : [] }));
}
