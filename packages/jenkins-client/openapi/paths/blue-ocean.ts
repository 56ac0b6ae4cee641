import { Type } from 'typebox';
import { json, type Operation } from '../operation.ts';
import { BlueError, BlueNode, BlueOrganization, BlueStep } from '../schemas/blue-ocean.ts';

const plugins = ['blueocean-rest-impl'];
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
    path: '/blue/rest/organizations/',
    id: 'probeBlueOcean',
    tag: 'blue',
    summary: 'Whether Blue Ocean is there.',
    plugins,
    answers: { 200: json(Type.Array(BlueOrganization)) },
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
];
