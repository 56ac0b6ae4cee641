import { Type } from 'typebox';
import { empty, json, redirect, selection, type Operation } from '../operation.ts';
import { bag } from '../schemas/forms.ts';
import { PluginList, UpdateCenter } from '../schemas/system.ts';

/** Installed plugins. */
export const pluginPaths: readonly Operation[] = [
  {
    method: 'GET',
    path: '/pluginManager/api/json',
    id: 'listPlugins',
    tag: 'plugins',
    summary: 'The installed plugins. Needs Administer.',
    query: selection,
    answers: { 200: json(PluginList) },
  },
  {
    method: 'POST',
    path: '/pluginManager/prevalidateConfig',
    id: 'checkPlugins',
    tag: 'plugins',
    summary: 'Which of the wanted plugins would have to be installed.',
    body: { xml: true },
    answers: { 200: json(Type.Array(bag)) },
  },
  {
    method: 'POST',
    path: '/pluginManager/installNecessaryPlugins',
    id: 'installPlugins',
    tag: 'plugins',
    summary: 'Install plugins.',
    unproven: true,
    body: { xml: true },
    answers: { 200: empty(), 302: redirect() },
  },
  {
    method: 'GET',
    path: '/updateCenter/api/json',
    id: 'getUpdateCenter',
    tag: 'plugins',
    summary: 'What is being installed, and whether a restart is needed.',
    query: selection,
    answers: { 200: json(UpdateCenter) },
  },
];
