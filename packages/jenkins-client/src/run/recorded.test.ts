import { describe, expect, test } from 'vitest';
import { recordedJson } from '../testing/recording.ts';
import { blueInputs, blueStages, blueSteps } from './blue-ocean.ts';
import { graphViewStages, graphViewSteps } from './graph-view.ts';
import { flatStages, type RunNode, type Stage } from './stage.ts';
import { parseTestReport } from './test-report.ts';
import { wfapiInputs, wfapiStages, wfapiSteps } from './wfapi.ts';

/** What of a node all plugins tell alike. */
const life = ({ name, state, result }: RunNode): unknown => ({ name, state, result });
/** As pipeline-rest-api cannot tell a skipped stage from one that was not reached. */
const notBuilt = (state: string): string => (state === 'skipped' ? 'not_built' : state);

describe('run 3 of mb/main, restarted from the stage Test: graph-view and pipeline-rest-api', () => {
  const graph = graphViewStages(recordedJson('13-pgv-01-pipeline-overview-tree'));
  const wfapi = wfapiStages(recordedJson('13-pgv-15-wfapi-full'));

  test('the same stages, in the same order, with the same ends', () => {
    const both = flatStages(graph).map((stage) => ({ ...stage, state: notBuilt(stage.state) }));
    expect(both.map((stage) => life(stage as Stage))).toEqual(wfapi.map(life));
    expect(flatStages(graph).map(({ synthetic }) => synthetic)).toEqual(
      wfapi.map(({ synthetic }) => synthetic),
    );
  });

  test('the same start, where the node is the same', () => {
    const starts = new Map(flatStages(graph).map(({ id, startTime }) => [id, startTime]));
    const shared = wfapi.filter(({ id }) => starts.get(id) !== undefined);
    expect(shared.map(({ name }) => name)).toEqual(['Checkout SCM', 'Test', 'Maybe fail', 'Post Actions']);
    for (const { id, startTime } of shared) expect(startTime).toBe(starts.get(id));
  });

  test('graph-view tells what is within what, and what a restart left out', () => {
    expect(graph.map(({ name }) => name)).toEqual([
      'Checkout SCM',
      'Build',
      'Test',
      'Maybe fail',
      'Post Actions',
    ]);
    const [checkout, build, tests, skipped] = graph;
    expect(checkout).toEqual({
      id: '6',
      name: 'Checkout SCM',
      kind: 'stage',
      state: 'finished',
      result: 'SUCCESS',
      startTime: 1795329000079,
      durationMs: 213,
      pauseMs: 0,
      children: [],
      synthetic: true,
      agent: 'built-in',
    });
    expect(build).toMatchObject({ state: 'not_built', result: 'NOT_BUILT' });
    expect(build).not.toHaveProperty('startTime');
    expect(tests?.children.map(({ name, kind }) => [name, kind])).toEqual([
      ['unit', 'parallel'],
      ['lint', 'parallel'],
    ]);
    expect(skipped).toMatchObject({ state: 'skipped', result: 'NOT_BUILT' });
  });

  test('the same steps', () => {
    const steps = graphViewSteps(recordedJson('13-pgv-03-pipeline-overview-allSteps'));
    const same = wfapiSteps(recordedJson('13-pgv-15-wfapi-full'));
    // pipeline-rest-api calls an unstable step a success.
    const common = ({ id, state, result, startTime, durationMs, pauseMs }: RunNode): unknown => ({
      id,
      state,
      result: result === 'UNSTABLE' ? 'SUCCESS' : result,
      startTime,
      durationMs,
      pauseMs,
    });
    expect(steps.map(common)).toEqual(same.map(common));
    expect(steps.find(({ id }) => id === '45')).toMatchObject({
      name: 'Archive the artifacts',
      description: 'out/**',
      stageId: '44',
    });
    expect(same.find(({ id }) => id === '45')).toMatchObject({
      name: 'Archive the artifacts',
      description: 'out/**',
      stageId: '44',
    });
    expect(graphViewSteps(recordedJson('13-pgv-02-pipeline-overview-steps-nodeId-'))).toEqual(
      steps.filter(({ stageId }) => stageId === '13'),
    );
  });
});

describe('run 2 of mb/main: Blue Ocean and pipeline-rest-api', () => {
  const blue = blueStages(recordedJson('08-blue-40-nodes'));
  const wfapi = wfapiStages(recordedJson('04-mb-17-branch-main-wfapi'));

  test('the same stages but those that Jenkins made', () => {
    const both = flatStages(blue).map((stage) => ({ ...stage, state: notBuilt(stage.state) }));
    expect(both.map((stage) => life(stage as Stage))).toEqual(
      wfapi.filter(({ synthetic }) => !synthetic).map(life),
    );
  });

  test('parallel branches are within their stage; what follows is beside it', () => {
    expect(blue.map(({ id, name }) => [id, name])).toEqual([
      ['13', 'Build'],
      ['18', 'Test'],
      ['39', 'Maybe fail'],
    ]);
    expect(blue[1]).toMatchObject({
      kind: 'stage',
      restartable: true,
      startTime: Date.UTC(2026, 10, 22, 6, 26, 36, 803),
      children: [
        { id: '21', name: 'unit', kind: 'parallel' },
        { id: '22', name: 'lint', kind: 'parallel' },
      ],
    });
    expect(blue[2]).toMatchObject({ state: 'skipped', result: 'NOT_BUILT', restartable: false });
  });

  test('steps, of one stage and of the whole run', () => {
    const steps = blueSteps(recordedJson('08-blue-43-run-steps'));
    expect(steps.map(({ id }) => id)).toEqual(['7', '14', '27', '28', '45', '46']);
    expect(steps[5]).toEqual({
      id: '46',
      name: 'Archive JUnit-formatted test results',
      state: 'finished',
      result: 'UNSTABLE',
      startTime: Date.UTC(2026, 10, 22, 6, 26, 40, 585),
      durationMs: 364,
    });
    for (const step of blueSteps(recordedJson('08-blue-42-node-steps'))) expect(steps).toContainEqual(step);
  });
});

describe('a build that waits for an input', () => {
  test('pipeline-rest-api', () => {
    const [first, gate] = wfapiStages(recordedJson('03-builds-55-wfapi-describe-paused'));
    expect(first).toMatchObject({ name: 'A', state: 'finished', result: 'SUCCESS' });
    expect(gate).toMatchObject({ name: 'Gate', state: 'paused', pauseMs: 2727 });
    expect(gate).not.toHaveProperty('result');
    expect(wfapiInputs(recordedJson('03-builds-53-input-pending-wfapi'))).toEqual([
      {
        id: 'Gate1',
        message: 'Go on?',
        ok: 'Yes',
        parameters: [
          { name: 'WHY', kind: 'string', type: 'StringParameterDefinition', defaultValue: 'because' },
          { name: 'B', kind: 'boolean', type: 'BooleanParameterDefinition', defaultValue: true },
        ],
      },
    ]);
    expect(wfapiInputs([recordedJson('03-builds-54-input-next-wfapi')])).toHaveLength(1);
  });

  test('Blue Ocean tells the same, and who may answer', () => {
    expect(blueStages(recordedJson('08-blue-56-input-nodes')).map(life)).toEqual([
      { name: 'A', state: 'finished', result: 'SUCCESS' },
      { name: 'Gate', state: 'paused', result: undefined },
    ]);
    const body = recordedJson('08-blue-57-input-steps');
    expect(blueSteps(body)[0]).toMatchObject({ state: 'paused', inputId: 'Gate1' });
    const [known] = wfapiInputs(recordedJson('03-builds-53-input-pending-wfapi'));
    expect(blueInputs(body)).toEqual([{ ...known, submitter: 'admin,dev' }]);
  });

  test('aborted', () => {
    const stages = wfapiStages(recordedJson('03-builds-64-wfapi-describe-aborted'));
    expect(stages.at(-1)).toMatchObject({ name: 'Gate', state: 'finished', result: 'ABORTED' });
    const [last] = recordedJson('03-builds-65-wfapi-runs') as unknown[];
    expect(wfapiSteps(last)).toMatchObject([
      { id: '5', name: 'Print Message', description: 'a', stageId: '4' },
      { id: '10', result: 'ABORTED', error: 'org.jenkinsci.plugins.workflow.steps.FlowInterruptedException' },
    ]);
    expect(wfapiStages((recordedJson('03-builds-66-wfapi-runs-since') as unknown[])[0])).toEqual(stages);
  });

  test('the default of a password is not told further', () => {
    const input = {
      id: 'In',
      inputs: [{ type: 'PasswordParameterDefinition', name: 'PW', definition: { defaultVal: 'hunter2' } }],
    };
    expect(JSON.stringify(wfapiInputs([input]))).not.toContain('hunter2');
  });
});

test('the tests of a build', () => {
  expect(parseTestReport(recordedJson('04-mb-16-branch-main-testReport'))).toEqual({
    passed: 1,
    failed: 1,
    skipped: 0,
    durationMs: 100,
    suites: [
      {
        name: 'u',
        durationMs: 100,
        stageIds: ['44'],
        stageNames: ['Declarative: Post Actions'],
        cases: [
          { className: 'a.B', name: 'ok', status: 'PASSED', durationMs: 100 },
          {
            className: 'a.B',
            name: 'bad',
            status: 'FAILED',
            durationMs: 0,
            message: 'boom',
            stackTrace: 'trace',
            failedSince: 2,
          },
        ],
      },
    ],
  });
});

describe('answers of another shape', () => {
  test.each([
    ['graph-view stages', () => graphViewStages({ status: 'error' })],
    ['graph-view steps', () => graphViewSteps([])],
    ['wfapi stages', () => wfapiStages('<html>')],
    ['wfapi stage without an id', () => wfapiStages({ stages: [{ name: 'A' }] })],
    ['wfapi inputs', () => wfapiInputs({})],
    ['Blue Ocean stages', () => blueStages({ message: 'no' })],
    ['Blue Ocean steps', () => blueSteps([{ displayName: 'x' }])],
    ['tests', () => parseTestReport({ suites: [{ cases: [{ name: 'x', status: 'MAYBE' }] }] })],
  ])('%s', (_, read) => {
    expect(read).toThrow(expect.objectContaining({ code: 'UnexpectedBody' }));
  });

  test('stages of Blue Ocean that go in circles', () => {
    const node = (id: string, firstParent: string): unknown => ({
      id,
      firstParent,
      type: 'STAGE',
      displayName: id,
    });
    expect(blueStages([node('1', '2'), node('2', '1')])).toHaveLength(2);
  });

  test('words of the future', () => {
    const [stage] = wfapiStages({ stages: [{ id: '1', name: 'A', status: 'MELTED' }] });
    expect(stage).toMatchObject({ state: 'finished' });
    expect(stage).not.toHaveProperty('result');
  });
});
