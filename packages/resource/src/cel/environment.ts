import { Environment } from '@marcbachmann/cel-js';
import { registerFormats } from './library/formats.ts';
import { registerLists } from './library/lists.ts';
import { registerNetwork } from './library/network.ts';
import { registerQuantity } from './library/quantity.ts';
import { registerRegex } from './library/regex.ts';
import { registerStrings } from './library/strings.ts';
import { registerTwoVariables } from './library/two-variables.ts';
import { registerUrls } from './library/urls.ts';

let base: Environment | undefined;

/** A new environment with everything that Kubernetes gives its expressions, to be extended by types and variables. */
export function kubernetesEnvironment(): Environment {
  base ??= libraries(new Environment({ enableOptionalTypes: true, homogeneousAggregateLiterals: true }));
  return base.clone();
}

function libraries(environment: Environment): Environment {
  registerStrings(environment);
  registerLists(environment);
  registerRegex(environment);
  registerTwoVariables(environment);
  registerUrls(environment);
  registerQuantity(environment);
  registerNetwork(environment);
  registerFormats(environment);
  return environment;
}
