import { Type } from 'typebox';
import { empty, json, jsonForm, redirect, type Operation } from '../operation.ts';
import { ParametersForm } from '../schemas/forms.ts';
import { GraphSteps, GraphTree } from '../schemas/graph-view.ts';
import { PendingInput, RunDescription } from '../schemas/wfapi.ts';

const wfapi = ['pipeline-rest-api'];
const graphView = ['pipeline-graph-view'];

/** Stages, steps and inputs, by whichever plugin tells them. */
export const runPaths: readonly Operation[] = [
  {
    method: 'GET',
    path: '/{item}/{build}/wfapi/describe',
    id: 'describeRunByWfapi',
    tag: 'runs',
    summary: 'A build with its stages.',
    plugins: wfapi,
    query: { fullStages: Type.Optional(Type.Boolean({ description: 'Tell the steps, too.' })) },
    answers: { 200: json(RunDescription) },
  },
  {
    method: 'GET',
    path: '/{item}/{build}/wfapi/pendingInputActions',
    id: 'listInputs',
    tag: 'runs',
    summary: 'The inputs that a build waits for.',
    plugins: wfapi,
    answers: { 200: json(Type.Array(PendingInput)) },
  },
  {
    method: 'POST',
    path: '/{item}/{build}/input/{input}/submit',
    id: 'submitInputByForm',
    tag: 'runs',
    summary: 'Answer an input as the page does.',
    plugins: ['pipeline-input-step'],
    body: jsonForm(ParametersForm, {
      proceed: Type.Optional(Type.String({ description: 'The text of the button.' })),
    }),
    answers: { 302: redirect() },
  },
  {
    method: 'POST',
    path: '/{item}/{build}/input/{input}/abort',
    id: 'abortInput',
    tag: 'runs',
    summary: 'Refuse an input; the build is aborted.',
    plugins: ['pipeline-input-step'],
    answers: { 200: empty(), 302: redirect() },
  },
  // Newer versions answer below `stages`.
  ...(['pipeline-overview', 'stages'] as const).flatMap((base): readonly Operation[] => {
    const suffix = base === 'stages' ? 'New' : '';
    const unproven = base === 'stages' ? ({ unproven: true } as const) : {};
    return [
      {
        method: 'GET',
        path: `/{item}/{build}/${base}/tree`,
        id: `getStageTree${suffix}`,
        tag: 'runs',
        summary: 'The stages of a build.',
        plugins: graphView,
        ...unproven,
        answers: { 200: json(GraphTree) },
      },
      {
        method: 'GET',
        path: `/{item}/{build}/${base}/allSteps`,
        id: `listSteps${suffix}`,
        tag: 'runs',
        summary: 'The steps of a build.',
        plugins: graphView,
        ...unproven,
        answers: { 200: json(GraphSteps) },
      },
    ];
  }),
];
