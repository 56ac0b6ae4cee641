import type { InputDescription, Stage, Step } from '@armillary/jenkins-client';
import { describe, expect, test } from 'vitest';
import { stageStates } from '../news/stage-states.ts';
import { blueNodes, blueNodesText, type BlueNode } from './blue-nodes.ts';

function stage(id: string, change: Partial<Stage> = {}): Stage {
  return {
    id,
    name: `stage ${id}`,
    kind: 'stage',
    state: 'finished',
    result: 'SUCCESS',
    children: [],
    synthetic: false,
    startTime: 0,
    durationMs: 5,
    ...change,
  };
}

function step(id: string, stageId: string, change: Partial<Step> = {}): Step {
  return { id, stageId, name: 'sh', state: 'finished', result: 'SUCCESS', ...change };
}

const order = (nodes: readonly BlueNode[]): string[] => nodes.map(({ id, type }) => `${type} ${id}`);

describe('the flat list that the console draws by position', () => {
  test('has the branches of a stage behind it', () => {
    const parallel = stage('2', {
      children: [stage('3', { kind: 'parallel' }), stage('4', { kind: 'parallel' })],
    });
    const nodes = blueNodes([stage('1'), parallel, stage('5')], [], []);
    expect(order(nodes)).toEqual(['STAGE 1', 'STAGE 2', 'PARALLEL 3', 'PARALLEL 4', 'STAGE 5']);
    expect(nodes.map(({ edges, firstParent }) => [edges.map(({ id }) => id).join(), firstParent])).toEqual([
      ['2', null],
      ['3,4', '1'],
      ['5', '2'],
      ['5', '2'],
      ['', '2'],
    ]);
  });

  test('shows what is within a branch as the branch’s own', () => {
    const branch = stage('3', { kind: 'parallel', children: [stage('6'), stage('7')] });
    const nodes = blueNodes([stage('2', { children: [branch] })], [step('8', '6'), step('9', '7')], []);
    expect(order(nodes)).toEqual(['STAGE 2', 'PARALLEL 3']);
    expect(nodes[1]?.steps.map(({ id }) => id)).toEqual(['8', '9']);
  });

  test('has stages within a stage behind it', () => {
    expect(order(blueNodes([stage('1', { children: [stage('2'), stage('3')] })], [], []))).toEqual([
      'STAGE 1',
      'STAGE 2',
      'STAGE 3',
    ]);
  });
});

test('states and times are written as Blue Ocean writes them', () => {
  const { result: _, ...running } = stage('1', { state: 'running', startTime: 1000 });
  expect(blueNodes([running], [], [])).toMatchObject([
    { state: 'RUNNING', result: 'UNKNOWN', startTime: '1970-01-01T00:00:01.000+0000', durationInMillis: 0 },
  ]);
  const { result: __, ...skipped } = stage('1', { state: 'skipped' });
  expect(blueNodes([skipped], [], [])).toMatchObject([{ state: 'SKIPPED', result: 'NOT_BUILT' }]);
});

test('a paused step shows what it asks', () => {
  const input: InputDescription = {
    id: 'Go',
    message: 'Deploy?',
    ok: 'Yes',
    submitter: 'ada',
    parameters: [{ name: 'WHERE', kind: 'choice', type: 'ChoiceParameterDefinition', choices: ['here'] }],
  };
  const paused = step('2', '1', { state: 'paused', inputId: 'Go' });
  const nodes = blueNodes([stage('1', { state: 'paused' })], [paused], [input]);
  expect(nodes[0]?.steps[0]).toMatchObject({
    approvable: true,
    input: { id: 'Go', ok: 'Yes', submitter: 'ada', parameters: [{ name: 'WHERE', choices: ['here'] }] },
  });
  expect(stageStates(nodes, new Map())).toEqual([
    { name: 'stage 1', state: 'Paused', input: { id: 'Go', message: 'Deploy?' } },
  ]);
});

test('stages in the words of every engine, with the reason of a failure', () => {
  const stages = [
    stage('1', { result: 'FAILURE' }),
    stage('2', { result: 'UNSTABLE' }),
    stage('3', { result: 'ABORTED' }),
    stage('4', { state: 'not_built', result: 'NOT_BUILT' }),
    stage('5', { state: 'queued' }),
  ];
  const nodes = blueNodes(stages, [step('9', '1', { result: 'FAILURE' })], []);
  expect(stageStates(nodes, new Map([['9', 'exit code 1']]))).toEqual([
    { name: 'stage 1', state: 'Failed', failure: 'exit code 1' },
    { name: 'stage 2', state: 'Failed', failure: 'unstable' },
    { name: 'stage 3', state: 'Cancelled' },
    { name: 'stage 4', state: 'Skipped' },
    { name: 'stage 5', state: 'Pending' },
  ]);
});

test('the text stays within what an annotation may have', () => {
  const many = Array.from({ length: 2000 }, (_, index) => stage(String(index)));
  const steps = many.flatMap(({ id }) => [
    step(`${id}a`, id, { description: 'x'.repeat(500) }),
    step(`${id}b`, id),
  ]);
  const text = blueNodesText(blueNodes(many, steps, []));
  expect(text.length).toBeLessThanOrEqual(90_000);
  expect((JSON.parse(text) as BlueNode[])[0]).toMatchObject({ id: '0', steps: [] });
  const few = blueNodes([stage('1')], [step('2', '1', { description: 'make' })], []);
  expect(JSON.parse(blueNodesText(few))).toEqual(few);
});
