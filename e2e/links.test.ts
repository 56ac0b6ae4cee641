/** Links of the documentation lead to files and headings that are there. */
import { existsSync, globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from 'vitest';

const root = join(import.meta.dirname, '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
/** What the first group of a pattern finds. */
const found = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map(([, group = '']) => group);

test.each(globSync(['*.md', 'docs/*.md', 'packages/*/README.md'], { cwd: root }).sort())('%s', (page) => {
  const text = read(page).replaceAll(/^```.*?^```/gms, '');
  const targets = found(text, /\]\(([^)\s]+)\)/g);
  const broken = targets.filter((target) => !/^https?:/.test(target) && !leadsSomewhere(page, target));
  expect(broken).toEqual([]);
});

function leadsSomewhere(page: string, target: string): boolean {
  const [path = '', anchor] = target.split('#');
  const file = path === '' ? page : join(dirname(page), path);
  if (!existsSync(join(root, file))) return false;
  return anchor === undefined || headings(read(file)).includes(anchor);
}

/** The anchors of a page, as GitHub makes them of headings. */
function headings(text: string): string[] {
  return found(text, /^#+ (.+)$/gm).map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^\w\s-]/g, '')
      .replace(/ /g, '-'),
  );
}
