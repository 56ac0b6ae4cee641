import { expect, test } from 'vitest';
import { recordedJson } from '../testing/recording.ts';
import { parseRevision } from './revision.ts';

test('of the recorded actions one tells the revision', () => {
  const { actions } = recordedJson('13-pgv-18-git-actions') as { actions: Record<string, unknown>[] };
  expect(actions.map(parseRevision).filter((revision) => revision !== undefined)).toEqual([
    {
      commit: 'a44eb076242ec21b0789642e907a16a64dbc3def',
      branches: ['main'],
      remotes: ['file:///srv/git/demo.git'],
    },
  ]);
});
