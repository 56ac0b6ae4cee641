import { Type } from 'typebox';
import { empty, json, jsonForm, redirect, selection, type Operation } from '../operation.ts';
import { Queue, QueueItem, RestartableStages, Run, TestReport } from '../schemas/builds.ts';
import { ParametersForm } from '../schemas/forms.ts';

const html = (description: string) => ({ description, type: 'text/html', schema: Type.String() });

const started = {
  201: {
    description: 'In the queue.',
    headers: {
      Location:
        'The queue item, such as `…/queue/item/7/`; of `/build` with a `json` field it is only the job.',
    },
  },
  303: {
    description: 'The same start is waiting already; this one joins it.',
    headers: { Location: 'The queue item that waits.' },
  },
  400: html('Nothing was submitted: the job has parameters and none were given.'),
  409: html('The job is disabled, or a copy that was not saved yet.'),
};

const delay = Type.Optional(Type.String({ description: 'The quiet period, such as `0sec`.' }));

/** Starting builds, the queue, and what can be done with a build. */
export const buildPaths: readonly Operation[] = [
  {
    method: 'POST',
    path: '/{item}/build',
    id: 'startBuild',
    tag: 'builds',
    summary: 'Start a build, or the scan of a multibranch pipeline.',
    query: {
      delay: Type.Optional(Type.Union([Type.String(), Type.Integer()])),
      token: Type.Optional(Type.String()),
    },
    body: { ...jsonForm(ParametersForm), multipart: true, optional: true },
    answers: { ...started, 302: redirect('The scan was started; it has no queue item.') },
  },
  {
    method: 'POST',
    path: '/{item}/buildWithParameters',
    id: 'startBuildWithParameters',
    tag: 'builds',
    summary:
      'Start a build with parameters as form fields. Unknown ones are dropped silently, a bad choice is answered with 500.',
    query: { delay, token: Type.Optional(Type.String()), cause: Type.Optional(Type.String()) },
    body: {
      form: { delay, cause: Type.Optional(Type.String()) },
      anyField: true,
      multipart: true,
      optional: true,
    },
    answers: started,
  },
  {
    method: 'GET',
    path: '/queue/api/json',
    id: 'listQueue',
    tag: 'queue',
    summary: 'All that waits.',
    query: selection,
    answers: { 200: json(Queue) },
  },
  {
    method: 'GET',
    path: '/queue/item/{queueId}/api/json',
    id: 'getQueueItem',
    tag: 'queue',
    summary: 'One queue item; 404 five minutes after it left the queue, and after a restart.',
    query: selection,
    answers: { 200: json(QueueItem) },
  },
  {
    method: 'POST',
    path: '/queue/cancelItem',
    id: 'cancelQueueItem',
    tag: 'queue',
    summary: 'Take an item out of the queue.',
    query: { id: Type.Integer() },
    answers: {
      204: empty(),
      422: empty('The user sees the item and may not cancel it.'),
      500: empty('It has left the queue.'),
    },
  },
  {
    method: 'GET',
    path: '/{item}/{build}/api/json',
    id: 'getBuild',
    tag: 'builds',
    summary: 'A build.',
    query: selection,
    answers: { 200: json(Run) },
  },
  ...(['stop', 'term', 'kill'] as const).map((verb): Operation => ({
    method: 'POST',
    path: `/{item}/{build}/${verb}`,
    id: `${verb}Build`,
    tag: 'builds',
    summary: {
      stop: 'Ask the build to end; `finally` blocks still run.',
      term: 'Ask again, harder.',
      kill: 'End it now.',
    }[verb],
    answers: { 302: redirect('Asked; also when it has finished.') },
  })),
  {
    method: 'POST',
    path: '/{item}/{build}/toggleLogKeep',
    id: 'toggleKeep',
    tag: 'builds',
    summary: 'Keep the build forever, or no more.',
    answers: { 302: redirect() },
  },
  {
    method: 'POST',
    path: '/{item}/{build}/submitDescription',
    id: 'describeBuild',
    tag: 'builds',
    summary: 'Set the description.',
    body: { form: { description: Type.String() } },
    answers: { 302: redirect() },
  },
  {
    method: 'POST',
    path: '/{item}/{build}/configSubmit',
    id: 'configureBuild',
    tag: 'builds',
    summary: 'Set display name and description.',
    body: jsonForm(
      Type.Object({
        displayName: Type.Optional(Type.String()),
        description: Type.Optional(Type.String()),
      }),
    ),
    answers: { 302: redirect() },
  },
  {
    method: 'POST',
    path: '/{item}/{build}/doDelete',
    id: 'deleteBuild',
    tag: 'builds',
    summary: 'Delete the record of a build.',
    unproven: true,
    answers: {
      302: redirect(),
      400: { ...html('It is kept.'), headers: { 'X-Error': 'Why it cannot be deleted.' } },
    },
  },
  {
    method: 'GET',
    path: '/{item}/{build}/replay/',
    id: 'getReplay',
    tag: 'builds',
    summary: 'The page with the scripts of a build.',
    plugins: ['workflow-cps'],
    answers: { 200: html('The page.') },
  },
  {
    method: 'POST',
    path: '/{item}/{build}/replay/run',
    id: 'replayBuild',
    tag: 'builds',
    summary: 'Start the build again with other scripts.',
    plugins: ['workflow-cps'],
    body: jsonForm(
      Type.Object(
        { mainScript: Type.String() },
        {
          description: 'Further scripts by their names with `.` turned into `_`.',
          additionalProperties: true,
        },
      ),
    ),
    answers: { 302: redirect('Started; neither queue item nor number is told.') },
  },
  {
    method: 'POST',
    path: '/{item}/{build}/replay/rebuild',
    id: 'rebuildBuild',
    tag: 'builds',
    summary: 'Start the build again with the same scripts.',
    unproven: true,
    plugins: ['workflow-cps'],
    answers: { 302: redirect('Started; neither queue item nor number is told.') },
  },
  {
    method: 'GET',
    path: '/{item}/{build}/restart/api/json',
    id: 'listRestartableStages',
    tag: 'builds',
    summary: 'The stages from which a declarative pipeline can be started again.',
    plugins: ['pipeline-model-definition'],
    query: selection,
    answers: { 200: json(RestartableStages) },
  },
  {
    method: 'POST',
    path: '/{item}/{build}/restart/restart',
    id: 'restartFromStage',
    tag: 'builds',
    summary: 'Start the build again from a stage.',
    plugins: ['pipeline-model-definition'],
    body: jsonForm(Type.Object({ stageName: Type.String() }), { stageName: Type.Optional(Type.String()) }),
    answers: { 302: redirect('Started; neither queue item nor number is told.') },
  },
  {
    method: 'GET',
    path: '/{item}/{build}/testReport/api/json',
    id: 'getTestReport',
    tag: 'runs',
    summary: 'The test results; 404 when there are none.',
    plugins: ['junit'],
    query: selection,
    answers: { 200: json(TestReport) },
  },
  {
    method: 'GET',
    path: '/{item}/{build}/artifact/{artifact}',
    id: 'getArtifact',
    tag: 'runs',
    summary: 'An archived file. Ranges are understood.',
    answers: {
      200: file('The file, or as `*zip*/archive.zip` all files in an archive.'),
      206: file('Part of the file.'),
      304: empty('Not changed.'),
      416: empty('The range is beyond the end.'),
    },
  },
];

function file(description: string) {
  return {
    description,
    type: 'application/octet-stream',
    schema: Type.String({ contentMediaType: 'application/octet-stream' }),
    headers: {
      'Accept-Ranges': '`bytes`, except for archives.',
      'Content-Range': 'Of a part.',
      'Last-Modified': 'When it was archived.',
    },
  };
}
