import { expect, test } from 'vitest';
import { deleteIfThere } from './delete-if-there.ts';
import { fakeCommands } from './testing/fake-commands.ts';

const deleted = (code: number, stderr: string): Promise<void> =>
  deleteIfThere(fakeCommands({ ip: { code, stderr } }), ['link', 'delete', 'armillary0']);

test.for([
  [0, ''],
  [1, 'Cannot find device "armillary0"'],
  // It went after its name was looked up.
  [2, 'RTNETLINK answers: No such device'],
  [1, 'Cannot remove namespace file "/run/netns/armillary": No such file or directory'],
] as const)('what is gone need not be deleted: %j', async ([code, words]) => {
  await expect(deleted(code, words)).resolves.toBeUndefined();
});

test('what cannot be deleted is a failure', async () => {
  await expect(deleted(2, 'RTNETLINK answers: Operation not supported')).rejects.toMatchObject({
    code: 'ProgramFailed',
    message: 'ip link delete armillary0 ended with 2: RTNETLINK answers: Operation not supported',
  });
  await expect(deleted(2, 'RTNETLINK answers: Operation not permitted')).rejects.toMatchObject({
    code: 'NotPermitted',
  });
});
