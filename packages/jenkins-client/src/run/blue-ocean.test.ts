import { blueStages } from './blue-ocean.ts';
import { describe, expect, test } from 'vitest';
import { BuildRef } from '../builds/build-ref.ts';
import { scriptedJenkins } from '../transport/scripted-server.ts';

describe('Blue Ocean', () => {
  test('finds branches where jobs are not, and resolves permalinks', async () => {
    const node = { id: '1', displayName: 'A', type: 'STAGE', state: 'RUNNING', result: 'UNKNOWN' };
    const { jenkins, requests } = await scriptedJenkins(({ url, method }, response) => {
      const blue = url.startsWith('/blue/rest/organizations/jenkins/pipelines/team/pipelines/mb/branches/');
      const json = blue
        ? [node]
        : url.includes('/lastBuild/api/json')
          ? { number: 4 }
          : url.startsWith('/blue/rest/organizations/?') || url === '/blue/rest/organizations/'
            ? []
            : url.startsWith('/api/json')
              ? {}
              : undefined;
      response.writeHead(json === undefined || method === 'HEAD' ? 404 : 200, {
        'content-type': 'application/json',
        'x-jenkins': '2.516.2',
      });
      response.end(JSON.stringify(json ?? {}));
    });
    const build = new BuildRef(jenkins.connection, ['team', 'mb', 'feature%2Fx'], 'lastBuild');
    expect(await build.stages()).toMatchObject([{ name: 'A', state: 'running' }]);
    expect(requests.at(-1)?.url).toBe(
      '/blue/rest/organizations/jenkins/pipelines/team/pipelines/mb/branches/feature%252Fx/runs/4/nodes/?limit=10000',
    );
  });
});

test('ten thousand stages, one after the other and within branches', () => {
  const nodes = Array.from({ length: 10_000 }, (_, index) => ({
    id: String(index + 1),
    displayName: `stage ${index}`,
    type: index % 100 === 1 ? 'PARALLEL' : 'STAGE',
    firstParent: index === 0 ? null : String(index % 100 === 1 ? 1 : index),
  }));
  const [first, ...others] = blueStages(nodes);
  expect(others).toEqual([]);
  expect(first?.children).toHaveLength(100);
  expect(first?.children.every(({ kind, children }) => kind === 'parallel' && children.length > 97)).toBe(
    true,
  );
});
