import { Type } from 'typebox';
import { text, type Operation } from '../operation.ts';

const progress = {
  'X-Text-Size':
    'Where the log ends, in bytes. Of a build that is running it may lie behind what this answer holds (since 2.509), so it is no place to go on from.',
  'X-More-Data': '`true` while more may come.',
};

const start = {
  start: Type.Optional(
    Type.Integer({ description: 'From which byte; beyond the end it starts again from 0.' }),
  ),
};

/** Of steps and scans, only plain text was recorded. */
const unproven = { unproven: true } as const;

const places = [
  { below: '/{item}/{build}', id: 'Build', what: 'of a build', asHtml: {} },
  { below: '/{item}/{build}/execution/node/{node}/log', id: 'Step', what: 'of a step', asHtml: unproven },
  {
    below: '/{item}/indexing',
    id: 'Scan',
    what: 'of the last scan of a multibranch pipeline',
    asHtml: unproven,
  },
] as const;

/** Logs, whole and as they grow. */
export const logPaths: readonly Operation[] = [
  ...places.flatMap(({ below, id, what, asHtml }): readonly Operation[] => [
    {
      method: 'GET',
      path: `${below}/logText/progressiveText`,
      id: `follow${id}Log`,
      tag: 'logs',
      summary: `Part of the log ${what}: whole lines only, and at most 10,000, while it grows. Line ends become CRLF; console notes stay in.`,
      query: start,
      answers: { 200: text('The lines.', progress) },
    },
    {
      method: 'HEAD',
      path: `${below}/logText/progressiveText`,
      id: `measure${id}Log`,
      tag: 'logs',
      summary: `How long the log ${what} is.`,
      unproven: true,
      query: start,
      answers: { 200: { description: 'See the headers.', headers: progress } },
    },
    {
      method: 'GET',
      path: `${below}/logText/progressiveHtml`,
      id: `follow${id}LogAsHtml`,
      tag: 'logs',
      summary: `Part of the log ${what} with markup. Its size header is right.`,
      ...asHtml,
      query: start,
      answers: {
        200: {
          description: 'The lines with markup.',
          type: 'text/html',
          schema: Type.String(),
          headers: { ...progress, 'X-ConsoleAnnotator': 'State to send back with the next request.' },
        },
      },
    },
  ]),
  {
    method: 'GET',
    path: '/computer/{computer}/logText/progressiveText',
    id: 'getNodeLog',
    tag: 'logs',
    summary: 'The log of the connection to a node.',
    query: start,
    answers: { 200: text('The lines.', progress) },
  },
  {
    method: 'GET',
    path: '/{item}/{build}/consoleText',
    id: 'getBuildLog',
    tag: 'logs',
    summary: 'The whole log, without console notes. Ranges are not understood and no length is told.',
    answers: { 200: text('The log.') },
  },
];
