import { expect, test } from 'vitest';
import { recordedJson } from '../testing/recording.ts';
import { answering, recordedRequest } from '../testing/recorded-exchange.ts';

test('reads a label', async () => {
  const { jenkins, sent } = answering('06-sys-14-label-get');
  expect(await jenkins.labels.get('arm64')).toEqual({
    name: 'arm64',
    description: undefined,
    nodes: ['agent-1'],
    offline: true,
    busyExecutors: 0,
    idleExecutors: 0,
    totalExecutors: 0,
  });
  expect(sent).toEqual([await recordedRequest('06-sys-14-label-get')]);
});

test('lists the labels of all nodes with their load', async () => {
  const { jenkins } = answering('06-sys-02-computers-full');
  expect(await jenkins.labels.list()).toEqual([
    {
      name: 'built-in',
      description: undefined,
      nodes: ['(built-in)'],
      offline: false,
      busyExecutors: 0,
      idleExecutors: 2,
      totalExecutors: 2,
    },
  ]);
});

test('tells a label of several nodes once', async () => {
  const label = recordedJson('06-sys-14-label-get') as object;
  const other = { ...label, name: 'amd64' };
  const computer = [
    { displayName: 'a', assignedLabels: [label, other] },
    { displayName: 'b', assignedLabels: [label] },
  ];
  const { jenkins } = answering({ status: 200, body: JSON.stringify({ computer }) });
  expect(await jenkins.labels.list()).toMatchObject([
    { name: 'amd64', nodes: ['a'] },
    { name: 'arm64', nodes: ['a', 'b'] },
  ]);
});

test('encodes an expression', async () => {
  const { jenkins, sent } = answering('06-sys-14-label-get');
  await jenkins.labels.get('linux && !arm64/v8');
  expect(sent[0]?.path).toBe('/label/linux%20%26%26%20!arm64%2Fv8/api/json');
});

test('does not take another answer for a label', async () => {
  const { jenkins } = answering({ status: 200, body: '{}' });
  await expect(jenkins.labels.get('x')).rejects.toMatchObject({ code: 'UnexpectedBody' });
});
