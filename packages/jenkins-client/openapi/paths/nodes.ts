import { Type } from 'typebox';
import { json, jsonForm, redirect, selection, type Operation } from '../operation.ts';
import { Computer, ComputerSet, Label } from '../schemas/administration.ts';
import { NodeForm } from '../schemas/forms.ts';

const refused = { description: 'Refused, often with `X-Error`.', type: 'text/html', schema: Type.String() };

/** Nodes and labels. */
export const nodePaths: readonly Operation[] = [
  {
    method: 'GET',
    path: '/computer/api/json',
    id: 'listNodes',
    tag: 'nodes',
    summary: 'All nodes.',
    query: selection,
    answers: { 200: json(ComputerSet) },
  },
  {
    method: 'POST',
    path: '/computer/doCreateItem',
    id: 'createNode',
    tag: 'nodes',
    summary: 'Make a permanent agent.',
    body: jsonForm(NodeForm, { name: Type.String(), type: Type.String() }),
    answers: { 302: redirect(), 400: refused },
  },
  {
    method: 'GET',
    path: '/computer/{computer}/api/json',
    id: 'getNode',
    tag: 'nodes',
    summary: 'A node; the built-in one is `(built-in)`.',
    query: selection,
    answers: { 200: json(Computer) },
  },
  {
    method: 'POST',
    path: '/computer/{computer}/configSubmit',
    id: 'configureNode',
    tag: 'nodes',
    summary: 'Replace the configuration of an agent.',
    body: jsonForm(NodeForm),
    answers: { 302: redirect() },
  },
  {
    method: 'POST',
    path: '/computer/{computer}/toggleOffline',
    id: 'toggleNodeOffline',
    tag: 'nodes',
    summary: 'Give the node no more builds, or again.',
    query: { offlineMessage: Type.Optional(Type.String()) },
    body: { form: { offlineMessage: Type.Optional(Type.String()) }, optional: true },
    answers: { 302: redirect() },
  },
  {
    method: 'POST',
    path: '/computer/{computer}/changeOfflineCause',
    id: 'changeOfflineCause',
    tag: 'nodes',
    summary: 'Say why the node is offline.',
    body: { form: { offlineMessage: Type.String() } },
    answers: { 302: redirect() },
  },
  {
    method: 'POST',
    path: '/computer/{computer}/launchSlaveAgent',
    id: 'connectNode',
    tag: 'nodes',
    summary: 'Connect an agent.',
    unproven: true,
    answers: { 200: { description: 'A page that it is connected already.' }, 302: redirect() },
  },
  {
    method: 'POST',
    path: '/computer/{computer}/doDisconnect',
    id: 'disconnectNode',
    tag: 'nodes',
    summary: 'Break the connection of an agent.',
    unproven: true,
    body: { form: { offlineMessage: Type.String() } },
    answers: { 302: redirect() },
  },
  {
    method: 'POST',
    path: '/computer/{computer}/doDelete',
    id: 'deleteNode',
    tag: 'nodes',
    summary: 'Delete an agent.',
    answers: { 302: redirect() },
  },
  {
    method: 'GET',
    path: '/label/{label}/api/json',
    id: 'getLabel',
    tag: 'nodes',
    summary: 'A label and the nodes that have it.',
    query: selection,
    answers: { 200: json(Label) },
  },
];
