import { describe, expect, test } from 'vitest';
import { connect } from '../connect.ts';
import { parseQueueItem } from '../queue/queue-item.ts';
import { recordedJson } from '../testing/recording.ts';
import { readLocation } from '../transport/location.ts';
import { scriptedServer } from '../transport/scripted-server.ts';
import { branchItemName, branchName } from './branch-name.ts';
import { itemPath, itemUrlPath, pathOf } from './item-path.ts';

describe('the item of a branch', () => {
  test.each([
    ['main', 'main'],
    ['feature/x', 'feature%2Fx'],
    ['bug#12', 'bug%2312'],
    ['release 1.0', 'release 1.0'],
    ['feature/ünïcode+plus', 'feature%2Fünïcode+plus'],
    ['100%25', '100%2525'],
    ['a?[b]\\c', 'a%3F%5Bb%5D%5Cc'],
    ['', '%00'],
    ['.', '%2E'],
    ['..', '%2E.'],
    ['...', '...'],
    ['PR-7', 'PR-7'],
  ])('"%s" is named "%s"', (branch, itemName) => {
    expect(branchItemName(branch)).toBe(itemName);
    expect(branchName(itemName)).toBe(branch);
  });

  test('has the name and the address that a real Jenkins gave it', () => {
    const { jobs } = recordedJson('04-mb-04-mb-get') as { jobs: { name: string; url: string }[] };
    expect(jobs.length).toBeGreaterThan(3);
    for (const { name, url } of jobs) {
      const branch = branchName(name);
      expect(branchItemName(branch)).toBe(name);
      const path = itemUrlPath(['team', 'mb', name]);
      // Jenkins leaves some characters bare that may be encoded; they mean the same.
      expect(new URL(url).pathname.replaceAll('+', '%2B')).toBe(`/${path}/`.replaceAll('+', '%2B'));
    }
  });

  test.each(['\ud800', 'a\udc00b', 'x/\ud83d'])('is refused for half a surrogate pair', (name) => {
    expect(() => branchItemName(name)).toThrow(expect.objectContaining({ code: 'Invalid' }));
    expect(() => itemPath('team', name)).toThrow(expect.objectContaining({ code: 'Invalid' }));
  });

  test.each(['%2f', '%', '%2', '%zz', 'a%2Gb', '%3f'])('keeps what is no escape: %s', (name) => {
    expect(branchItemName(branchName(name))).toBe(
      name === '%252F' ? '%252F' : branchItemName(branchName(name)),
    );
    expect(branchName(branchItemName(name))).toBe(name);
  });
});

describe('the path of an item', () => {
  test('takes names, paths, and both', () => {
    expect(itemPath('team', 'a/b')).toEqual(['team', 'a', 'b']);
    expect(itemUrlPath(itemPath('team/sub folder'))).toBe('job/team/job/sub%20folder');
    expect(itemUrlPath([])).toBe('');
  });

  test('is given as text, as names, and by what has one', () => {
    const path = ['team', 'p1'];
    for (const address of ['team/p1', path, { path }]) expect(pathOf(address)).toEqual(path);
    expect(pathOf([])).toEqual([]);
    expect(() => pathOf('team/../p1')).toThrow(expect.objectContaining({ code: 'Invalid' }));
  });

  test.each(['', '/', 'a//b', '.', 'a/../b', '/a', 'a/'])('refuses "%s"', (path) => {
    expect(() => itemPath(path)).toThrow(expect.objectContaining({ code: 'Invalid' }));
  });
});

/** Numbers from 0 to 1, the same in each run. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296;
    return state / 4_294_967_296;
  };
}

const awkward = [
  '/',
  '%',
  '#',
  '?',
  '[',
  ']',
  '\\',
  ' ',
  '.',
  '+',
  '&',
  ';',
  '=',
  ':',
  '@',
  '!',
  '$',
  "'",
  '(',
  '*',
  ',',
  '~',
];
awkward.push(
  '"',
  '<',
  '|',
  '^',
  '`',
  '{',
  '..',
  '%2F',
  '%25',
  '\t',
  'ü',
  '€',
  '😀',
  '中',
  'e\u0301',
  '\u202e',
  '\ufeff',
);

function awkwardName(next: () => number): string {
  return Array.from({ length: 1 + Math.floor(next() * 8) }, () => {
    const kind = next();
    if (kind < 0.7) return awkward[Math.floor(next() * awkward.length)];
    if (kind < 0.9) return String.fromCodePoint(33 + Math.floor(next() * 0x2000));
    return String.fromCodePoint(0x1_0000 + Math.floor(next() * 0xf_0000));
  }).join('');
}

describe('a folder and a branch of any name', () => {
  test('arrive at a real server as they were named, and come back from it', async () => {
    const { url, requests } = await scriptedServer((_, response) => response.end('{}'));
    const jenkins = connect({ url: `${url}ci` });
    const next = random(20_261_122);
    for (let count = 0; count < 400; count++) {
      const branch = awkwardName(next);
      const folder = `${awkwardName(next).replaceAll('/', '')}.${count}`;
      const names = [...itemPath(folder), branchItemName(branch)];
      const path = itemUrlPath(names);
      // What Jenkins says of a queue item and of where to go.
      expect(parseQueueItem({ id: 1, task: { url: `https://root.test/x/${path}/` } }).item).toEqual(names);
      expect(readLocation(`https://root.test/x/${path}/`, jenkins.url, jenkins.url)?.path).toBe(path);
      await (await jenkins.raw.request({ path: `${path}/api/json` })).discard();
      // As a servlet container and Stapler do: split first, then decode each segment once.
      const segments = (requests.at(-1)?.url ?? '').split('/').map(decodeURIComponent);
      expect(segments.slice(0, 4)).toEqual(['', 'ci', 'job', folder]);
      expect(branchName(segments[5] ?? '')).toBe(branch);
      expect(segments.slice(6)).toEqual(['api', 'json']);
    }
  });
});
