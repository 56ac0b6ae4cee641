import { expect, test } from 'vitest';
import { sync } from './metadata.ts';
import { syncAnnotationsPatch } from './sync-note.ts';

const object = (annotations: Record<string, string>): Parameters<typeof syncAnnotationsPatch>[0] => ({
  apiVersion: 'v1',
  kind: 'Secret',
  metadata: { annotations },
});
const names = sync.pipeline;

test('news are told with the time', () => {
  expect(syncAnnotationsPatch(object({}), names, { status: 'failed', message: 'no' }, 'now')).toEqual({
    [names.status]: 'failed',
    [names.message]: 'no',
    [names.time]: 'now',
  });
});

test('what is told already is no news, whenever it was found out', () => {
  const told = object({ [names.status]: 'successful', [names.time]: 'then', other: 'x' });
  expect(syncAnnotationsPatch(told, names, { status: 'successful' }, 'now')).toBeUndefined();
  const note = { status: 'successful', annotations: { other: null } } as const;
  expect(syncAnnotationsPatch(told, names, note, 'now')).toMatchObject({ other: null });
});

test('an old message goes with what it was about', () => {
  const told = object({ [names.status]: 'failed', [names.message]: 'no' });
  expect(syncAnnotationsPatch(told, names, { status: 'successful' }, 'now')).toMatchObject({
    [names.message]: null,
  });
});
