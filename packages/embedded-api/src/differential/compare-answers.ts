import { field, isObject } from '../patch/json-value.ts';
import type { NormalAnswer } from './run-case.ts';

/** One place where two answers differ. Absent values are undefined. */
export interface Difference {
  /** `case/step`. */
  exchange: string;
  /** Dotted path into the answer: `body.metadata.labels.app`, `status`. */
  path: string;
  real: unknown;
  ours: unknown;
}

const differences = (real: unknown, ours: unknown, path: string): Omit<Difference, 'exchange'>[] => {
  if (Object.is(real, ours)) return [];
  if (Array.isArray(real) && Array.isArray(ours)) {
    const length = Math.max(real.length, ours.length);
    return Array.from({ length }, (_, index) =>
      differences(real[index], ours[index], `${path}.${index}`),
    ).flat();
  }
  if (isObject(real) && isObject(ours)) {
    const keys = new Set([...Object.keys(real), ...Object.keys(ours)]);
    return [...keys].flatMap((key) => differences(field(real, key), field(ours, key), `${path}.${key}`));
  }
  return [{ path, real, ours }];
};

/**
 * Compares two runs of a case step by step and field by field.
 * @throws Error when they have different steps: the recording is of another version of the case.
 */
export const compareAnswers = (
  name: string,
  real: readonly NormalAnswer[],
  ours: readonly NormalAnswer[],
): Difference[] => {
  const steps = (answers: readonly NormalAnswer[]): string => answers.map(({ step }) => step).join('\n');
  if (steps(real) !== steps(ours))
    throw new Error(`the recording of ${name} has other steps; record it again from a real server`);
  return real.flatMap((answer, index) => {
    const { step, ...expected } = answer;
    const { step: _, ...found } = ours[index] ?? answer;
    return differences(expected, found, '').map((difference) => ({
      ...difference,
      path: difference.path.slice(1),
      exchange: `${name}/${step}`,
    }));
  });
};
