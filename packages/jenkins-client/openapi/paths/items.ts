import { Type } from 'typebox';
import {
  atRootAndItem,
  empty,
  json,
  jsonForm,
  redirect,
  selection,
  text,
  xml,
  type Operation,
} from '../operation.ts';
import { Item, ScriptFinding } from '../schemas/items.ts';
import { bag } from '../schemas/forms.ts';
import { JobConfiguration } from '../schemas/job-form.ts';

const html = (description: string) => ({ description, type: 'text/html', schema: Type.String() });

const creating = atRootAndItem([
  {
    method: 'POST',
    path: '/createItem',
    id: 'createItem',
    tag: 'items',
    summary: 'Make an empty item of a kind, copy one, or make one from XML.',
    query: {
      name: Type.Optional(Type.String({ description: 'Here or in the form.' })),
      mode: Type.Optional(Type.String()),
      from: Type.Optional(Type.String()),
    },
    body: {
      form: {
        name: Type.Optional(Type.String()),
        mode: Type.Optional(Type.String({ description: 'The class of the item, or `copy`.' })),
        from: Type.Optional(
          Type.String({ description: 'What to copy: a name in the same folder, or an absolute path.' }),
        ),
        json: Type.Optional(bag),
        'Jenkins-Crumb': Type.Optional(Type.String()),
      },
      structured: ['json'],
      xml: true,
      optional: true,
    },
    answers: {
      200: empty('Made from XML.'),
      302: redirect('Made. A copy cannot be built before it was saved once.'),
      400: html('The name is taken or bad, or the kind is unknown. Often with `X-Error`.'),
    },
  },
]);

/** Folders, pipelines and what else has a path. */
export const itemPaths: readonly Operation[] = [
  ...creating,
  {
    method: 'GET',
    path: '/{item}/api/json',
    id: 'getItem',
    tag: 'items',
    summary: 'An item as it is now. Its configuration is not part of it.',
    query: selection,
    answers: { 200: json(Item) },
  },
  {
    method: 'POST',
    path: '/{item}/configSubmit',
    id: 'configureItem',
    tag: 'items',
    summary: 'Replace the whole configuration: what is not sent is removed.',
    body: jsonForm(JobConfiguration, {
      description: Type.Optional(Type.String({ description: 'Of a pipeline; a folder has it in the JSON.' })),
      pseudoRemoteTrigger: Type.Optional(Type.String()),
      authToken: Type.Optional(Type.String()),
    }),
    answers: {
      302: redirect('Stored. A multibranch pipeline starts to scan.'),
      400: html('Nothing was submitted.'),
    },
  },
  {
    method: 'GET',
    path: '/{item}/config.xml',
    id: 'getItemXml',
    tag: 'items',
    summary: 'The configuration as it is stored.',
    answers: { 200: xml },
  },
  {
    method: 'POST',
    path: '/{item}/config.xml',
    id: 'setItemXml',
    tag: 'items',
    summary: 'Replace the configuration as it is stored. Elements of unknown classes are dropped silently.',
    body: { xml: true },
    answers: { 200: empty() },
  },
  {
    method: 'DELETE',
    path: '/{item}/',
    id: 'deleteItem',
    tag: 'items',
    summary: 'Delete an item and all below it.',
    answers: { 204: empty() },
  },
  {
    method: 'POST',
    path: '/{item}/doDelete',
    id: 'deleteItemByForm',
    tag: 'items',
    summary: 'Delete an item and all below it, where DELETE is not understood.',
    unproven: true,
    answers: { 302: redirect() },
  },
  {
    method: 'POST',
    path: '/{item}/confirmRename',
    id: 'renameItem',
    tag: 'items',
    summary: 'Give an item another name.',
    body: { form: { newName: Type.String() } },
    answers: {
      302: redirect('Renamed; `Location` ends with the new name.'),
      400: html('The name is taken or bad.'),
    },
  },
  {
    method: 'POST',
    path: '/{item}/move/move',
    id: 'moveItem',
    tag: 'items',
    summary: 'Put an item into another folder.',
    plugins: ['cloudbees-folder'],
    body: {
      form: { destination: Type.String({ description: 'The folder, such as `/team`; `/` is the root.' }) },
    },
    answers: { 302: redirect('To the item in its new folder. To anywhere else: it was not moved.') },
  },
  {
    method: 'POST',
    path: '/{item}/disable',
    id: 'disableItem',
    tag: 'items',
    summary: 'Build no more. A single branch cannot be disabled (403), nor a folder (302 all the same).',
    answers: { 302: redirect() },
  },
  {
    method: 'POST',
    path: '/{item}/enable',
    id: 'enableItem',
    tag: 'items',
    summary: 'Build again.',
    answers: { 302: redirect() },
  },
  {
    method: 'POST',
    path: '/{item}/submitDescription',
    id: 'describeItem',
    tag: 'items',
    summary: 'Set the description alone: of a job, or of the view that a folder shows first.',
    body: { form: { description: Type.String() } },
    answers: { 302: redirect() },
  },
  {
    method: 'POST',
    path: '/{item}/descriptorByName/org.jenkinsci.plugins.workflow.cps.CpsFlowDefinition/checkScriptCompile',
    id: 'checkScript',
    tag: 'items',
    summary: 'Compile a pipeline script without running it.',
    plugins: ['workflow-cps'],
    body: { form: { value: Type.String() } },
    answers: {
      200: json(
        Type.Union([ScriptFinding, Type.Array(ScriptFinding)]),
        'An object when all is well, else a list.',
      ),
    },
  },
  {
    method: 'GET',
    path: '/descriptorByName/hudson.triggers.TimerTrigger/checkSpec',
    id: 'checkCron',
    tag: 'items',
    summary: 'Whether a cron expression is good, and when it would fire.',
    query: { value: Type.String() },
    answers: { 200: html('A `div` of class `ok`, `warning` or `error`.') },
  },
  {
    method: 'GET',
    path: '/{item}/indexing/consoleText',
    id: 'getScanLog',
    tag: 'logs',
    summary: 'The log of the last scan.',
    plugins: ['branch-api'],
    answers: { 200: text('The log.') },
  },
];
