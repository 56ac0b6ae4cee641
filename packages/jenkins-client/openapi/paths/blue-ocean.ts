import { Type } from 'typebox';
import { empty, json, text, type Operation } from '../operation.ts';
import { BlueError, BlueNode, BlueOrganization, BlueRun, BlueStep } from '../schemas/blue-ocean.ts';
import { bag } from '../schemas/forms.ts';

const plugins = ['blueocean-rest'];
const run = '/blue/rest/organizations/jenkins/{pipeline}/runs/{build}';
const refused = json(BlueError, 'Refused.');
const page = {
  start: Type.Optional(Type.Integer()),
  limit: Type.Optional(Type.Integer({ description: 'The most to tell; 100 unless given.' })),
};

/** The parts of Blue Ocean that stand in where wfapi and pipeline-graph-view are absent. */
export const blueOceanPaths: readonly Operation[] = [
  {
    method: 'GET',
    path: '/blue/rest/organizations/jenkins/',
    id: 'probeBlueOcean',
    tag: 'blue',
    summary: 'Whether Blue Ocean is there.',
    plugins,
    answers: { 200: json(BlueOrganization) },
  },
  {
    method: 'GET',
    path: `${run}/`,
    id: 'getBlueRun',
    tag: 'blue',
    summary: 'A run.',
    plugins,
    answers: { 200: json(BlueRun), 404: refused },
  },
  {
    method: 'GET',
    path: `${run}/nodes/`,
    id: 'listBlueNodes',
    tag: 'blue',
    summary: 'The stages of a run.',
    plugins,
    query: page,
    answers: { 200: json(Type.Array(BlueNode)), 404: refused },
  },
  {
    method: 'GET',
    path: `${run}/steps/`,
    id: 'listBlueSteps',
    tag: 'blue',
    summary: 'The steps of a run.',
    plugins,
    query: page,
    answers: { 200: json(Type.Array(BlueStep)), 404: refused },
  },
  {
    method: 'GET',
    path: `${run}/nodes/{node}/steps/`,
    id: 'listBlueStepsOfNode',
    tag: 'blue',
    summary: 'The steps of a stage.',
    plugins,
    query: page,
    answers: { 200: json(Type.Array(BlueStep)), 404: refused },
  },
  {
    method: 'GET',
    path: `${run}/nodes/{node}/steps/{step}/log/`,
    id: 'getBlueStepLog',
    tag: 'blue',
    summary: 'The log of a step, cut to its last 150 KB unless `start=0` is given.',
    plugins,
    query: { start: Type.Optional(Type.Integer()) },
    answers: {
      200: text('The log.', { 'X-Text-Size': 'Where it ends.', 'X-More-Data': 'While more may come.' }),
      404: refused,
    },
  },
  {
    method: 'POST',
    path: `${run}/nodes/{node}/steps/{step}/`,
    id: 'answerBlueInput',
    tag: 'blue',
    summary: 'Answer or abort an input.',
    plugins,
    body: {
      json: Type.Object(
        {
          id: Type.String(),
          abort: Type.Optional(Type.Boolean()),
          parameters: Type.Optional(Type.Array(bag)),
        },
        { $id: 'BlueInputAnswer', description: 'An answer to an input.' },
      ),
    },
    answers: { 200: empty(), 400: refused, 404: refused },
  },
];
