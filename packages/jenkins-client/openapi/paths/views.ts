import { Type } from 'typebox';
import { atRootAndItem, empty, json, jsonForm, redirect, selection, type Operation } from '../operation.ts';
import { bag } from '../schemas/forms.ts';
import { View } from '../schemas/items.ts';

const refused = { description: 'Refused, often with `X-Error`.', type: 'text/html', schema: Type.String() };

const views = atRootAndItem([
  {
    method: 'POST',
    path: '/createView',
    id: 'createView',
    tag: 'views',
    summary: 'Make a view.',
    query: { name: Type.Optional(Type.String()) },
    body: {
      ...jsonForm(bag, { name: Type.String(), mode: Type.String({ description: 'The class of the view.' }) }),
      xml: true,
    },
    answers: { 200: empty('Made from XML.'), 302: redirect(), 400: refused },
  },
  {
    method: 'GET',
    path: '/view/{view}/api/json',
    id: 'getView',
    tag: 'views',
    summary: 'A view.',
    query: selection,
    answers: { 200: json(View) },
  },
  {
    method: 'POST',
    path: '/view/{view}/configSubmit',
    id: 'configureView',
    tag: 'views',
    summary:
      'Replace the configuration of a view. What to include is read from form fields, too; `item_<name>` names an item.',
    body: {
      anyField: true,
      ...jsonForm(bag, {
        name: Type.Optional(Type.String()),
        description: Type.Optional(Type.String()),
        useincluderegex: Type.Optional(Type.String()),
        includeRegex: Type.Optional(Type.String()),
        recurse: Type.Optional(Type.String()),
      }),
    },
    answers: { 302: redirect() },
  },
  {
    method: 'POST',
    path: '/view/{view}/addJobToView',
    id: 'addToView',
    tag: 'views',
    summary: 'Add an item to a list view.',
    query: { name: Type.String() },
    answers: { 200: empty(), 400: refused },
  },
  {
    method: 'POST',
    path: '/view/{view}/removeJobFromView',
    id: 'removeFromView',
    tag: 'views',
    summary: 'Take an item out of a list view.',
    query: { name: Type.String() },
    answers: { 200: empty(), 400: refused },
  },
  {
    method: 'POST',
    path: '/view/{view}/doDelete',
    id: 'deleteView',
    tag: 'views',
    summary: 'Delete a view.',
    answers: { 302: redirect() },
  },
]);

/** Views, at the root and in folders; only those at the root were recorded. */
export const viewPaths: readonly Operation[] = views.map((operation) =>
  operation.path.startsWith('/{item}') ? { ...operation, unproven: true } : operation,
);
