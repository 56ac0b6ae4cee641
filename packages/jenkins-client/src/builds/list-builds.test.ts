import { describe, expect, test } from 'vitest';
import { scriptedJenkins } from '../transport/scripted-server.ts';
import { listBuilds, type ListBuildsOptions } from './list-builds.ts';

/** Lists the builds of a server whose builds change between two requests. */
async function list(
  numbers: (request: number) => readonly number[],
  options: ListBuildsOptions = {},
): Promise<{ told: unknown[]; requests: number }> {
  const { jenkins, requests } = await scriptedJenkins(({ url }, response, nth) => {
    const [, from, to] = /\{(\d+),(\d+)\}/u.exec(decodeURIComponent(url)) ?? [];
    const page = numbers(nth).slice(Number(from), Number(to));
    response.end(JSON.stringify({ allBuilds: page.map((number) => ({ number })) }));
  });
  const told: unknown[] = [];
  for await (const { number } of listBuilds(jenkins.connection, ['p'], 'number', options)) told.push(number);
  return { told, requests: requests.length };
}

const down = (from: number, to = 1): number[] =>
  Array.from({ length: from - to + 1 }, (_, index) => from - index);

describe('builds', () => {
  test.each([0, 1, 49, 50, 51, 120])('%i of them, newest first, each once', async (count) => {
    expect((await list(() => down(count))).told).toEqual(down(count));
  });

  test('as many as asked for, with no request too many', async () => {
    expect(await list(() => down(500), { limit: 3 })).toEqual({ told: [500, 499, 498], requests: 1 });
    expect(await list(() => down(500), { limit: 50 })).toEqual({ told: down(500, 451), requests: 1 });
    expect((await list(() => down(500), { limit: 70, from: 10 })).told).toEqual(down(490, 421));
  });

  test('that start between two pages repeat none', async () => {
    const { told } = await list((nth) => down(100 + nth * 7));
    expect(told).toEqual(down(107));
  });

  test('that are deleted between two pages hide none of the others', async () => {
    const { told } = await list((nth) => (nth === 1 ? down(200) : down(140)));
    expect(told).toEqual([...down(200, 151), ...down(140)]);
  });

  test('of which the newest page is deleted as a whole', async () => {
    const { told } = await list((nth) => (nth === 1 ? down(60) : down(5)));
    expect(told).toEqual([...down(60, 11), ...down(5)]);
  });
});

test('an answer that lists no builds is refused', async () => {
  const { jenkins } = await scriptedJenkins((_, response) => {
    response.end('{"allBuilds":[{"number":"one"}]}');
  });
  await expect(listBuilds(jenkins.connection, ['p'], 'number').next()).rejects.toMatchObject({
    code: 'UnexpectedBody',
  });
});

test.each([
  ['a server that knows no ranges', () => down(500)],
  ['pages that contradict each other', (from: number) => (from === 0 ? down(50) : [])],
])('%s ends in an error, not in a loop', async (_, page) => {
  const { jenkins } = await scriptedJenkins(({ url }, response) => {
    const from = Number(/\{(\d+),/u.exec(decodeURIComponent(url))?.[1]);
    response.end(JSON.stringify({ allBuilds: page(from).map((number) => ({ number })) }));
  });
  const told = (async () => {
    for await (const build of listBuilds(jenkins.connection, ['p'], 'number')) void build;
  })();
  await expect(told).rejects.toMatchObject({ code: 'UnexpectedBody' });
});

test('leaving the loop asks no further', async () => {
  const { jenkins, requests } = await scriptedJenkins((_, response) => {
    response.end(JSON.stringify({ allBuilds: down(50).map((number) => ({ number })) }));
  });
  for await (const { number } of listBuilds(jenkins.connection, ['p'], 'number')) {
    if (number === 30) break;
  }
  expect(requests).toHaveLength(1);
});
