import { Type } from 'typebox';
import { json, redirect, selection, type Operation } from '../operation.ts';
import { Done, PluginList, UpdateCenter } from '../schemas/system.ts';

/** Plugins. */
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
  {
    method: 'POST',
    path: '/pluginManager/installPlugins',
    id: 'installPlugins',
    tag: 'plugins',
    summary: 'Install plugins with what they depend on; the update centre tells how it goes.',
    unproven: true,
    body: {
      json: Type.Object({
        plugins: Type.Array(Type.String()),
        dynamicLoad: Type.Boolean({ description: 'Start them now instead of after a restart.' }),
      }),
    },
    answers: { 200: json(Done, 'Ordered; or refused, with the reason in `message`.') },
  },
  {
    method: 'POST',
    path: '/pluginManager/plugin/{plugin}/doUninstall',
    id: 'uninstallPlugin',
    tag: 'plugins',
    summary: 'Remove a plugin at the next restart.',
    unproven: true,
    answers: { 302: redirect() },
  },
  {
    method: 'POST',
    path: '/pluginManager/checkUpdatesServer',
    id: 'checkForUpdates',
    tag: 'plugins',
    summary: 'Ask the sites now what they offer.',
    unproven: true,
    answers: { 302: redirect() },
  },
];
