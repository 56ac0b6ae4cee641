import { Type } from 'typebox';
import { empty, json, redirect, type Operation } from '../operation.ts';
import { CascFindings } from '../schemas/administration.ts';
import { bag } from '../schemas/forms.ts';

/** Configuration as code. */
export const cascPaths: readonly Operation[] = [
  {
    method: 'HEAD',
    path: '/configuration-as-code/',
    id: 'probeCasc',
    tag: 'casc',
    summary: 'Whether configuration as code is there.',
    unproven: true,
    plugins: ['configuration-as-code'],
    answers: { 200: { description: 'It is there.' } },
  },
  {
    method: 'POST',
    path: '/configuration-as-code/check',
    id: 'checkCasc',
    tag: 'casc',
    summary: 'What is wrong with a configuration.',
    plugins: ['configuration-as-code'],
    body: { yaml: true },
    answers: { 200: json(CascFindings), 400: json(CascFindings) },
  },
  {
    method: 'POST',
    path: '/configuration-as-code/apply',
    id: 'applyCasc',
    tag: 'casc',
    summary: 'Apply a configuration.',
    plugins: ['configuration-as-code'],
    body: { yaml: true },
    answers: { 200: empty(), 400: json(CascFindings) },
  },
  {
    method: 'POST',
    path: '/configuration-as-code/export',
    id: 'exportCasc',
    tag: 'casc',
    summary: 'The configuration of now; secrets are encrypted.',
    plugins: ['configuration-as-code'],
    answers: { 200: { description: 'YAML.', type: 'application/x-yaml', schema: Type.String() } },
  },
  {
    method: 'POST',
    path: '/configuration-as-code/schema',
    id: 'getCascSchema',
    tag: 'casc',
    summary: 'The JSON schema of the configuration, some hundred kilobytes.',
    plugins: ['configuration-as-code'],
    answers: { 200: json(bag) },
  },
  {
    method: 'POST',
    path: '/configuration-as-code/reload',
    id: 'reloadCasc',
    tag: 'casc',
    summary: 'Read the configuration again from where it comes from.',
    plugins: ['configuration-as-code'],
    answers: { 302: redirect() },
  },
];
