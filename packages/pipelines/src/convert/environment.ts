import type { Environment } from '@armillary/jenkinsfile';
import type { EnvVar } from '@armillary/tekton';
import type { Span } from '@armillary/jenkinsfile';
import type { FidelityReport } from './report.ts';
import { evaluate, type Scope } from './scope.ts';
import { environmentValue, type Template } from './template.ts';

/** The environment variables at one place of a pipeline, with those of the places around it. */
export type Variables = ReadonlyMap<string, Template>;

/** Adds the variables of an environment section to those around it; later ones see earlier ones. */
export function extendVariables(
  outer: Variables,
  section: Environment | undefined,
  parameters: Variables,
  report: FidelityReport,
): Variables {
  const variables = new Map(outer);
  const names = section?.variables.map(({ name }) => name) ?? [];
  for (const [index, { name, value, span }] of (section?.variables ?? []).entries()) {
    const construct = `environment ${name}`;
    const unknown: string[] = [];
    const scope: Scope = {
      variables,
      parameters,
      later: new Set(names.slice(index + 1).filter((other) => !variables.has(other))),
      unknownNames: 'null',
      onUnknown: (missing) => unknown.push(missing),
    };
    const template = report.attempt(construct, () => {
      const evaluated = evaluate(value, scope);
      environmentValue(evaluated, span);
      return evaluated;
    });
    if (template === undefined) continue;
    variables.set(name, template);
    noteUnknown(report, construct, span, unknown);
  }
  return variables;
}

/** Notes a construct as exact, or tells which names were taken as undefined. */
export function noteUnknown(
  report: FidelityReport,
  construct: string,
  span: Span,
  unknown: readonly string[],
): void {
  if (unknown.length === 0) report.exact(construct, span);
  else {
    report.approximate(
      construct,
      span,
      `nothing in the Jenkinsfile defines ${unknown.join(', ')}: the text "null" is used, as on a Jenkins whose nodes do not define it either`,
    );
  }
}

/** The variables as those of a container. */
export function environmentVariables(variables: Variables, span: Span): EnvVar[] {
  return [...variables].map(([name, template]) => ({ name, value: environmentValue(template, span) }));
}
