import { InvalidError } from '../errors.ts';
import { unstorable } from '../xml/text.ts';
import { isInterval } from './config/multibranch.ts';
import { areChoices, PARAMETER_TYPES } from './config/parameters.ts';
import { SOURCE_KINDS } from './config/sources.ts';
import { PIPELINE_KINDS } from './kinds.ts';
import type { ParameterSpec, PipelineSpec } from './spec.ts';

/**
 * Checks a specification before anything is sent. Throws InvalidError with all findings, for text that Jenkins cannot
 * store, names given twice, choices that its form would split, and intervals that it would change.
 */
export function checkSpec(spec: PipelineSpec): void {
  if (!Object.hasOwn(PIPELINE_KINDS, spec.kind)) {
    throw new InvalidError(`"${spec.kind}" is no kind of pipeline: inline, scm or multibranch.`);
  }
  const findings = [
    ...textFindings(spec, ''),
    ...(spec.kind === 'multibranch' ? scanFindings(spec) : jobFindings(spec)),
  ];
  if (findings.length > 0) {
    throw new InvalidError(`The specification cannot be stored: ${findings.join(' ')}`, undefined, findings);
  }
}

function* textFindings(value: unknown, path: string): Generator<string> {
  if (typeof value === 'string') {
    const problem = unstorable(value);
    if (problem !== undefined) yield `${path} holds ${problem}, which no configuration file can.`;
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, inner] of Object.entries(value))
      yield* textFindings(inner, path === '' ? key : `${path}.${key}`);
  }
}

function jobFindings(spec: Exclude<PipelineSpec, { kind: 'multibranch' }>): string[] {
  const parameters = spec.parameters ?? [];
  const findings = repeated(parameters.map(({ name }) => name)).map(
    (name) => `The parameter ${name} is given twice.`,
  );
  return [...findings, ...parameters.flatMap(parameterFindings)];
}

function parameterFindings(parameter: ParameterSpec): string[] {
  const where = `parameters.${parameter.name}`;
  if (!PARAMETER_TYPES.includes(parameter.type)) {
    return [
      `${where}: "${parameter.type as string}" is no type of a parameter: ${PARAMETER_TYPES.join(', ')}.`,
    ];
  }
  if (parameter.name.trim() === '') return ['A parameter has no name.'];
  if (parameter.type !== 'choice') return [];
  if (areChoices(parameter.choices)) return [];
  return [`${where} has no choices, an empty one at the end, or one of several lines.`];
}

function scanFindings(spec: Extract<PipelineSpec, { kind: 'multibranch' }>): string[] {
  const { scanIntervalMs: ms, sources } = spec;
  const types = SOURCE_KINDS.map(({ type }) => type);
  const findings = [
    ...repeated(sources.map(({ id }) => id)).map((id) => `The source ${id} is given twice.`),
    ...(sources.some(({ id }) => id === '') ? ['A source has no id.'] : []),
    ...sources
      .filter(({ type }) => !types.includes(type))
      .map(({ id, type }) => `sources.${id}: "${type}" is no type of a source: ${types.join(', ')}.`),
  ];
  if (ms === undefined || ms === null || isInterval(ms)) return findings;
  return [...findings, 'scanIntervalMs is not in whole minutes up to 30 days.'];
}

function repeated(names: readonly string[]): string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}
