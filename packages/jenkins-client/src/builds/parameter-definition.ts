import { objectOf, objectsOf, textOf, textsOf, type JsonObject } from '../json-shape.ts';

/** What kind of value a parameter takes. `other` is a kind that some plugin brought. */
export type ParameterKind =
  'string' | 'text' | 'boolean' | 'choice' | 'password' | 'file' | 'run' | 'credentials' | 'other';

/** A parameter that a job or an input step asks for. */
export interface ParameterDefinition {
  readonly name: string;
  readonly kind: ParameterKind;
  /** Jenkins' own name of the kind, such as `StringParameterDefinition`. */
  readonly type: string;
  readonly description?: string;
  /** Used when no value is given. Jenkins never tells that of a password. */
  readonly defaultValue?: string | boolean;
  /** The values a choice may have. */
  readonly choices?: readonly string[];
}

/** The `tree` of what `parseParameterDefinition` reads. */
export const parameterDefinitionTree = 'name,type,description,choices,defaultParameterValue[value]';

const kinds: Readonly<Record<string, ParameterKind>> = {
  StringParameterDefinition: 'string',
  TextParameterDefinition: 'text',
  BooleanParameterDefinition: 'boolean',
  ChoiceParameterDefinition: 'choice',
  PasswordParameterDefinition: 'password',
  FileParameterDefinition: 'file',
  Base64FileParameterDefinition: 'file',
  StashedFileParameterDefinition: 'file',
  RunParameterDefinition: 'run',
  CredentialsParameterDefinition: 'credentials',
};

/** A definition as core's JSON describes it; undefined when it has no name. */
export function parseParameterDefinition(json: JsonObject): ParameterDefinition | undefined {
  const name = textOf(json.name);
  if (name === undefined) return undefined;
  const type = textOf(json.type) ?? textOf(json._class)?.split('.').at(-1) ?? '';
  const kind = kinds[type] ?? 'other';
  const description = textOf(json.description);
  const value = objectOf(json.defaultParameterValue)?.value;
  return {
    name,
    kind,
    type,
    ...(description === undefined ? {} : { description }),
    ...(typeof value === 'string' || typeof value === 'boolean' ? { defaultValue: value } : {}),
    ...(Array.isArray(json.choices) ? { choices: textsOf(json.choices) } : {}),
  };
}

/** The definitions in the `property` list of a job; none when the job takes no parameters. */
export function parseJobParameters(job: JsonObject): readonly ParameterDefinition[] {
  return objectsOf(job.property)
    .flatMap((property) => objectsOf(property.parameterDefinitions))
    .map(parseParameterDefinition)
    .filter((definition) => definition !== undefined);
}
