import { select, type Jenkins } from '@armillary/jenkins-client';
import { expectCode, expectEqual, expectThat, orNotTested, type SuiteArea } from '../case.ts';

/** Names that clients have broken on. */
const names = ['with space', 'plus+plus', "quote's", 'comma,dot.x', '(brackets)', 'tilde~', 'a=b'];
/** Names that a server can only keep when its JVM writes file names as UTF-8. */
const foreignNames = ['ünï-çödé', '日本語'];

/** Folders, and what all items can. */
export const items: SuiteArea = {
  title: 'Folders and items',
  cases: [
    {
      name: 'folders are made in folders, changed, listed and removed',
      covers: [
        'folders.create',
        'folders.apply',
        'folders.list',
        'folders.delete',
        'item.exists',
        'item.get',
      ],
      async run({ jenkins, folder, signal }) {
        const path = [...folder.path, 'outer', 'inner'];
        const inner = await jenkins.folders.create(path, { description: 'in', parents: true, signal });
        expectThat(await inner.exists({ signal }), 'the new folder does not exist');
        await expectCode(jenkins.folders.create(path, { signal }), 'Conflict');
        await jenkins.folders.create(path, { ifMissing: true, signal });
        await jenkins.folders.apply(path, { description: 'out', displayName: 'Innermost' }, { signal });
        const { description, displayName } = await inner.get({ signal });
        expectEqual([description, displayName], ['out', 'Innermost'], 'description and display name');
        const listed = await Array.fromAsync(jenkins.folders.list([...folder.path, 'outer'], { signal }));
        expectEqual(
          listed.map(({ path: found }) => found),
          [path],
          'folders in the folder',
        );
        await jenkins.folders.delete([...folder.path, 'outer'], { signal });
        expectThat(!(await inner.exists({ signal })), 'the folder in the removed one exists');
      },
    },
    {
      name: 'any name that Jenkins takes is reached again',
      covers: ['item(path)', 'item.children'],
      async run({ jenkins, folder, signal }) {
        await comeBack(jenkins, [...folder.path, 'names'], names, signal);
      },
    },
    {
      name: 'so is one in another alphabet',
      covers: ['item(path)'],
      async run({ jenkins, folder, signal }) {
        // Jenkins fails at file names that its JVM cannot write, as with LANG=C.
        const work = comeBack(jenkins, [...folder.path, 'alphabets'], foreignNames, signal);
        await orNotTested(work, ['ServerFault']);
      },
    },
    {
      name: 'names that Jenkins does not take are refused',
      covers: ['InvalidError'],
      async run({ jenkins, folder, signal }) {
        for (const name of ['a?b', 'a*b', 'a:b', 'a%b', 'a<b', 'dot.']) {
          await expectCode(
            jenkins.folders.create([...folder.path, name], { signal }),
            'Invalid',
            `the name "${name}"`,
          );
        }
      },
    },
    {
      name: 'an item is described, renamed, moved, copied, and the copy can be built',
      covers: ['item.describe', 'item.rename', 'item.moveTo', 'item.copyTo', 'item.delete'],
      async run({ jenkins, folder, pipeline, signal }) {
        const first = await pipeline('to rename', {
          script: 'echo "copied"',
          onFake: (fake) => fake.print('copied\n'),
        });
        await first.describe('described', { signal });
        const renamed = await first.rename('renamed', { signal });
        expectThat(!(await first.exists({ signal })), 'the old name exists');
        const shelf = await jenkins.folders.create([...folder.path, 'shelf'], { signal });
        const moved = await renamed.moveTo(shelf, { signal });
        expectEqual((await moved.get({ signal })).description, 'described', 'description after the move');
        const copy = await moved.copyTo([...folder.path, 'copy'], { signal });
        const { result } = await (await copy.build({}, { signal })).finished({ signal });
        expectEqual(result, 'SUCCESS', 'result of the copy');
        await expectCode(moved.copyTo(copy, { signal }), 'Conflict');
        await copy.delete({ signal });
        await expectCode(copy.delete({ signal }), 'NotFoundOrHidden');
      },
    },
    {
      name: 'a folder is described, is not disabled, and is copied with jobs that can be built',
      covers: ['item.describe (folder)', 'item.disable (folder)', 'item.copyTo (folder)'],
      async run({ jenkins, folder, signal }) {
        const first = await jenkins.folders.create([...folder.path, 'to copy'], { signal });
        await first.describe('for all <&>', { signal });
        expectEqual((await first.get({ signal })).description, 'for all <&>', 'description');
        await expectCode(first.disable({ signal }), 'Unsupported');
        await jenkins.pipelines.apply(
          [...first.path, 'inner'],
          { kind: 'inline', script: 'echo "inner"' },
          { signal },
        );
        const copy = await first.copyTo([...folder.path, 'the copy'], { signal });
        const { buildable } = await copy.item('inner').get({ signal });
        expectEqual(buildable, true, 'whether the job in the copy can be built');
        await first.delete({ signal });
        await copy.delete({ signal });
      },
    },
    {
      name: 'only what is selected is told',
      covers: ['select', 'item.get (selection)'],
      async run({ folder, signal }) {
        const { name, jobs } = await folder.get(select({ name: true, jobs: { name: true } }), { signal });
        expectEqual(name, folder.name, 'the name');
        expectThat(
          jobs.some((job) => job.name === 'shelf'),
          'the shelf is among the jobs',
        );
      },
    },
  ],
};

/** Makes folders of these names, finds each by its name and all in the list, and removes them. */
async function comeBack(
  jenkins: Jenkins,
  path: readonly string[],
  wanted: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const home = await jenkins.folders.create(path, { signal });
  for (const name of wanted) {
    const made = await jenkins.folders.create([...path, name], { signal });
    expectEqual((await made.get({ signal })).name, name, 'the name as Jenkins has it');
  }
  const children = await Array.fromAsync(home.children({ signal }));
  expectEqual(children.map(({ name }) => name).sort(), wanted.toSorted(), 'the children');
  await home.delete({ signal });
}
