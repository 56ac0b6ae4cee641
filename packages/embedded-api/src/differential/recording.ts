import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { NormalAnswer } from './run-case.ts';

const folder = new URL('../../fixtures/differential/', import.meta.url);
const fileOf = (name: string): URL => new URL(`${name}.json`, folder);

/**
 * The normalised answers of a real kube-apiserver to a case.
 * @throws Error when there is none.
 */
export const readRecording = (name: string): NormalAnswer[] => {
  const file = fileOf(name);
  if (!existsSync(file))
    throw new Error(
      `${fileURLToPath(file)} is missing: run the suite with KUBEBUILDER_ASSETS and RECORD=1 to record it`,
    );
  return JSON.parse(readFileSync(file, 'utf8')) as NormalAnswer[];
};

/** Keeps the answers of a real server, one step per line so that changes can be reviewed. */
export const writeRecording = (name: string, answers: readonly NormalAnswer[]): void => {
  mkdirSync(folder, { recursive: true });
  const lines = answers.map((answer) => JSON.stringify(answer));
  writeFileSync(fileOf(name), `[\n${lines.join(',\n')}\n]\n`);
};
