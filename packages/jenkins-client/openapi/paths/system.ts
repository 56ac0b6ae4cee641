import { Type } from 'typebox';
import { empty, json, redirect, selection, text, type Operation } from '../operation.ts';
import { Root } from '../schemas/items.ts';
import { Crumb, WhoAmI } from '../schemas/system.ts';

/** The server itself. */
export const systemPaths: readonly Operation[] = [
  {
    method: 'GET',
    path: '/api/json',
    id: 'getRoot',
    tag: 'system',
    summary: 'The root: its items, views and state.',
    query: selection,
    answers: { 200: json(Root) },
  },
  {
    method: 'HEAD',
    path: '/api/json',
    id: 'probeRoot',
    tag: 'system',
    summary: 'The version and session of the server, in the headers.',
    answers: { 200: { description: 'See the headers `X-Jenkins` and `X-Jenkins-Session`.' } },
  },
  {
    method: 'GET',
    path: '/login',
    id: 'probeLogin',
    tag: 'system',
    summary: 'The login page, open to everybody: its headers tell the version and the session of the server.',
    answers: {
      200: {
        description: 'The page.',
        type: 'text/html',
        schema: Type.String(),
        headers: { 'X-Jenkins': 'The version.', 'X-Jenkins-Session': 'Changes at each restart.' },
      },
    },
  },
  {
    method: 'GET',
    path: '/whoAmI/api/json',
    id: 'whoAmI',
    tag: 'system',
    summary: 'Who asks.',
    query: selection,
    answers: { 200: json(WhoAmI) },
  },
  {
    method: 'GET',
    path: '/crumbIssuer/api/json',
    id: 'getCrumb',
    tag: 'system',
    summary: 'A crumb for POSTs with a password. 404 when crumbs are off; not needed with an API token.',
    query: selection,
    answers: {
      200: {
        ...json(Crumb),
        headers: { 'Set-Cookie': 'The session that the crumb is bound to.' },
      },
    },
  },
  {
    method: 'POST',
    path: '/quietDown',
    id: 'quietDown',
    tag: 'system',
    summary: 'Start no more builds.',
    query: {
      message: Type.Optional(Type.String({ description: 'Why; shown to people. `reason` is ignored.' })),
      reason: Type.Optional(Type.String()),
      block: Type.Optional(Type.Boolean()),
      timeout: Type.Optional(Type.Integer({ description: 'Milliseconds.' })),
    },
    answers: { 302: redirect() },
  },
  {
    method: 'POST',
    path: '/cancelQuietDown',
    id: 'cancelQuietDown',
    tag: 'system',
    summary: 'Start builds again.',
    answers: { 302: redirect() },
  },
  {
    method: 'POST',
    path: '/reload',
    id: 'reload',
    tag: 'system',
    summary: 'Read the configuration from the disk again.',
    unproven: true,
    answers: { 302: redirect() },
  },
  {
    method: 'POST',
    path: '/restart',
    id: 'restart',
    tag: 'system',
    summary: 'Restart now.',
    unproven: true,
    answers: { 200: empty(), 302: redirect() },
  },
  {
    method: 'POST',
    path: '/safeRestart',
    id: 'safeRestart',
    tag: 'system',
    summary: 'Restart when no build is running.',
    query: { message: Type.Optional(Type.String()) },
    unproven: true,
    answers: { 200: empty(), 302: redirect() },
  },
  {
    method: 'POST',
    path: '/scriptText',
    id: 'runScript',
    tag: 'system',
    summary: 'Run Groovy in the server. Needs Administer.',
    body: { form: { script: Type.String() } },
    answers: { 200: text('What the script printed.') },
  },
];
