import { closestName, type Directive, type DirectiveSection, type Expression } from '@armillary/jenkinsfile';
import { Refusal, type FidelityReport } from './report.ts';

/** A build parameter as a Jenkinsfile or a Pipeline declares it. */
export interface ParameterDeclaration {
  readonly name: string;
  readonly default: string;
  readonly description?: string;
  /** Blanks around the value are taken off. */
  readonly trim: boolean;
}

/** A parameter was given that the pipeline does not have. */
export class UnknownParameterError extends Error {
  readonly code = 'UNKNOWN_PARAMETER';

  constructor(name: string, known: readonly string[]) {
    const near = closestName(name, known);
    const hint = near === undefined ? '' : ` Did you mean "${near}"?`;
    super(
      `The pipeline has no parameter "${name}".${hint} It has: ${known.length === 0 ? 'none' : known.join(', ')}.`,
    );
    this.name = 'UnknownParameterError';
  }
}

/** Reads `parameters { string(…) }`. */
export function readParameters(
  section: DirectiveSection | undefined,
  report: FidelityReport,
): ParameterDeclaration[] {
  const declarations: ParameterDeclaration[] = [];
  for (const directive of section?.directives ?? []) {
    const construct = `parameters ${directive.name}`;
    const declaration = report.attempt(construct, () => readParameter(directive, declarations));
    if (declaration === undefined) continue;
    declarations.push(declaration);
    report.exact(construct, directive.span);
  }
  return declarations;
}

function readParameter(directive: Directive, before: readonly ParameterDeclaration[]): ParameterDeclaration {
  const { span } = directive;
  if (directive.name !== 'string')
    throw new Refusal(span, `parameters of type ${directive.name} are not converted, only string`);
  const settings = new Map(directive.arguments.map(({ name, value }) => [name, value]));
  const [name, fallback, description] = ['name', 'defaultValue', 'description'].map((key) =>
    literal(settings.get(key)),
  );
  if (name === undefined || name === '') throw new Refusal(span, 'a parameter needs a name');
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name))
    throw new Refusal(span, `the parameter name ${name} is no name of an environment variable`);
  if (before.some((other) => other.name.toLowerCase() === name.toLowerCase())) {
    throw new Refusal(span, `there are two parameters ${name}; Tekton ignores the case of their names`);
  }
  const trim = settings.get('trim');
  return {
    name,
    default: fallback ?? '',
    ...(description !== undefined && description !== '' && { description }),
    trim: trim?.kind === 'boolean' && trim.value,
  };
}

function literal(value: Expression | undefined): string | undefined {
  if (value === undefined || value.kind === 'null') return undefined;
  if (value.kind === 'string') return value.value;
  throw new Refusal(value.span, 'the settings of a parameter must be plain strings');
}

/**
 * The value of every parameter of a run: those given, else the defaults.
 * Throws UnknownParameterError for one that is not declared.
 */
export function parameterValues(
  declarations: readonly ParameterDeclaration[],
  given: Readonly<Record<string, string>>,
): Map<string, string> {
  const names = declarations.map(({ name }) => name);
  for (const name of Object.keys(given))
    if (!names.includes(name)) throw new UnknownParameterError(name, names);
  return new Map(
    declarations.map((declaration) => {
      const value = Object.hasOwn(given, declaration.name)
        ? (given[declaration.name] ?? '')
        : declaration.default;
      return [declaration.name, declaration.trim ? value.trim() : value];
    }),
  );
}
