import { json, selection, type Operation } from '../operation.ts';
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
    method: 'GET',
    path: '/updateCenter/api/json',
    id: 'getUpdateCenter',
    tag: 'plugins',
    summary: 'What is being installed, and whether a restart is needed.',
    query: selection,
    answers: { 200: json(UpdateCenter) },
  },
];
