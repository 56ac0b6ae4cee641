import { InvalidError } from '../errors.ts';
import type { ParameterDefinition } from './parameter-definition.ts';
import { isFile, type GivenValues, type ParameterValue } from './parameter-values.ts';

/**
 * Checks values against the definitions of a job before they are sent, because Jenkins drops unknown names without a
 * word, takes every text but `true` for false, and answers an unknown choice with a fault. Throws InvalidError with
 * all findings. Values of passwords are in no message.
 */
export function checkParameters(
  job: string,
  definitions: readonly ParameterDefinition[],
  values: GivenValues,
): void {
  const known = new Map(definitions.map((definition) => [definition.name, definition]));
  const findings = Object.entries(values).flatMap(([name, value]) => {
    const definition = known.get(name);
    const finding = definition ? checkValue(definition, value) : unknownName(name, definitions);
    return finding === undefined ? [] : [finding];
  });
  if (findings.length > 0) {
    throw new InvalidError(`The parameters do not fit ${job}: ${findings.join(' ')}`, undefined, findings);
  }
}

function unknownName(name: string, definitions: readonly ParameterDefinition[]): string {
  const names = definitions.map((definition) => definition.name).join(', ');
  return names === ''
    ? `"${name}" is unknown: the job takes no parameters.`
    : `"${name}" is unknown; the job takes ${names}.`;
}

function checkValue(definition: ParameterDefinition, value: ParameterValue): string | undefined {
  const { name, kind, choices } = definition;
  // Of a kind that is not known here, nothing can be said.
  if (kind === 'other') return undefined;
  if (kind === 'file') {
    return isFile(value) ? undefined : `"${name}" is a file: give { file, name }.`;
  }
  if (isFile(value)) return `"${name}" takes no file.`;
  if (kind === 'boolean' && !/^(?:true|false)$/iu.test(String(value))) {
    return `"${name}" takes true or false.`;
  }
  if (kind === 'choice' && choices !== undefined && !choices.includes(String(value))) {
    return `"${name}" takes one of: ${choices.join(', ')}.`;
  }
  return undefined;
}
