import type { ParameterSpec } from '@armillary/jenkins-client';
import type { PipelineSpec } from '../../../kinds/pipeline.ts';
import { InvalidObject } from '../failure.ts';

type Parameter = NonNullable<NonNullable<PipelineSpec['pipeline']>['parameters']>[number];

const TYPES = 'string, text, boolean, choice, password or file';

/** The parameters of a job. The default of a choice is its list, one a line, the first being chosen. */
export function jobParameters(parameters: readonly Parameter[]): ParameterSpec[] {
  const names = new Set<string>();
  return parameters.map((parameter) => {
    if (parameter.name === '') throw new InvalidObject('A parameter has no name: give it one.');
    if (names.has(parameter.name))
      throw new InvalidObject(`The parameter "${parameter.name}" is there twice.`);
    names.add(parameter.name);
    return jobParameter(parameter);
  });
}

function jobParameter({ name, type, default_value = '', description = '' }: Parameter): ParameterSpec {
  const base = { name, description };
  switch (type) {
    case 'string':
    case 'text':
    case 'password':
      return { ...base, type, default: default_value };
    case 'boolean':
      return { ...base, type, default: flag(name, default_value) };
    case 'choice':
      return { ...base, type, choices: choices(name, default_value) };
    case 'file':
      return { ...base, type };
    default:
      throw new InvalidObject(`The parameter "${name}" has the type "${type}": write ${TYPES}.`);
  }
}

function flag(name: string, text: string): boolean {
  const value = text.trim().toLowerCase();
  if (value === '' || value === 'false') return false;
  if (value === 'true') return true;
  throw new InvalidObject(`The default of the parameter "${name}" is "${text}": write true or false.`);
}

function choices(name: string, text: string): string[] {
  const lines = text.split(/\r?\n/);
  // A text that ends its last line has one line less than it has pieces.
  if (lines.at(-1) === '' && lines.length > 1) lines.pop();
  if (lines.length === 1 && lines[0] === '')
    throw new InvalidObject(`The choice "${name}" has nothing to choose: write one a line.`);
  return lines;
}
