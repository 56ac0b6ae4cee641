import { expect, test } from 'vitest';
import { annotation } from '../../../kinds/metadata.ts';
import type { PipelineRun } from '../../../kinds/pipeline-run.ts';
import { jenkinsAnnotation } from '../metadata.ts';
import { buildNote, noteText } from './build-note.ts';
import { outsideRunName } from './outside-run-name.ts';

function run(text: string | undefined, change: Partial<PipelineRun['metadata']> = {}): PipelineRun {
  return {
    apiVersion: 'devops.kubesphere.io/v1alpha3',
    kind: 'PipelineRun',
    metadata: {
      name: 'r',
      namespace: 'shop',
      uid: 'u',
      annotations: text === undefined ? {} : { [jenkinsAnnotation.build]: text },
      ...change,
    },
    spec: { pipelineRef: { name: 'p' } },
  };
}

test('a note is read back as it was written', () => {
  const note = { uid: 'u', from: 3, user: 'ci', queueId: 4, number: 5, startedAt: 6, settled: true };
  expect(buildNote(run(noteText(note)))).toEqual(note);
});

test.each([
  ['none', undefined],
  ['no JSON', '{'],
  ['no object', 'null'],
  ['that of another run', noteText({ uid: 'other', number: 5 })],
  ['nobody’s', noteText({ number: 5, startedAt: 6 })],
])('%s is no note', (_name, text) => {
  expect(buildNote(run(text))).toBeUndefined();
});

test('fields of the wrong kind are dropped', () => {
  const text = JSON.stringify({ uid: 'u', number: -1, queueId: 'x', from: 1.5, user: 3, settled: 'yes' });
  expect(buildNote(run(text))).toEqual({ uid: 'u' });
});

test('a run that was taken in is known by its name', () => {
  const name = outsideRunName('p', undefined, 5, 6);
  expect(name).toMatch(/^p-5-[0-9a-f]{8}$/);
  const text = noteText({ number: 5, startedAt: 6 });
  expect(buildNote(run(text, { name }))).toEqual({ number: 5, startedAt: 6 });
  expect(buildNote(run(noteText({ number: 6, startedAt: 6 }), { name }))).toBeUndefined();
});

test('a run of KubeSphere’s own controller has its number, a copy of it has not', () => {
  const annotations = { [annotation.runId]: '12' };
  const ended = {
    ...run(undefined, { annotations }),
    status: { completionTime: '2026-01-01T00:00:00Z' },
  };
  expect(buildNote(ended)).toEqual({ number: 12, settled: true });
  expect(buildNote(run(undefined, { annotations }))).toBeUndefined();
});
