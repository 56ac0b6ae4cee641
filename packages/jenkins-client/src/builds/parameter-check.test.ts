import { describe, expect, test } from 'vitest';
import { recordedJson } from '../testing/recording.ts';
import { InvalidError } from '../errors.ts';
import { checkParameters } from './parameter-check.ts';
import { parseJobParameters, parseParameterDefinition } from './parameter-definition.ts';
import type { GivenValues } from './parameter-values.ts';

const definitions = parseJobParameters(
  recordedJson('02-items-30-pipeline-get-tree') as Readonly<Record<string, unknown>>,
);

test('the definitions of a recorded job', () => {
  expect(definitions).toEqual([
    {
      name: 'WHO',
      kind: 'string',
      type: 'StringParameterDefinition',
      description: 'who',
      defaultValue: 'world',
    },
    { name: 'FAIL', kind: 'boolean', type: 'BooleanParameterDefinition', defaultValue: false },
    {
      name: 'LEVEL',
      kind: 'choice',
      type: 'ChoiceParameterDefinition',
      defaultValue: 'low',
      choices: ['low', 'mid', 'high'],
    },
    { name: 'PW', kind: 'password', type: 'PasswordParameterDefinition' },
    { name: 'TXT', kind: 'text', type: 'TextParameterDefinition', defaultValue: 'a\nb' },
  ]);
});

test('a definition without a name is none, and one of an unknown class is "other"', () => {
  expect(parseParameterDefinition({ type: 'StringParameterDefinition' })).toBeUndefined();
  expect(parseParameterDefinition({ name: 'A', _class: 'com.example.ColourParameterDefinition' })).toEqual({
    name: 'A',
    kind: 'other',
    type: 'ColourParameterDefinition',
  });
});

describe('values that fit', () => {
  const fitting: readonly GivenValues[] = [
    {},
    { WHO: 'ada' },
    { WHO: 7 },
    { FAIL: true, LEVEL: 'high', PW: 'pw', TXT: 'x' },
    { FAIL: 'False' },
  ];
  test.each(fitting)('%j', (values) => {
    expect(() => {
      checkParameters('team/p1', definitions, values);
    }).not.toThrow();
  });
});

test('all findings are told at once, without any value', () => {
  const values = { WHOM: 'x', FAIL: 'yes', LEVEL: 'extreme', PW: { file: new Blob(['s3cret']), name: 'a' } };
  expect(() => {
    checkParameters('team/p1', definitions, values);
  }).toThrow(
    expect.objectContaining({
      code: 'Invalid',
      findings: [
        '"WHOM" is unknown; the job takes WHO, FAIL, LEVEL, PW, TXT.',
        '"FAIL" takes true or false.',
        '"LEVEL" takes one of: low, mid, high.',
        '"PW" takes no file.',
      ],
    }),
  );
});

test('a job without parameters says so', () => {
  expect(() => {
    checkParameters('team/p1', [], { A: 'b' });
  }).toThrow(/the job takes no parameters/u);
});

test('a file parameter wants a file', () => {
  const file = parseParameterDefinition({ name: 'F', type: 'FileParameterDefinition' });
  if (!file) throw new Error('no definition');
  const check = (values: GivenValues) => () => {
    checkParameters('p', [file], values);
  };
  expect(check({ F: { file: new Blob(['x']), name: 'x.txt' } })).not.toThrow();
  expect(check({ F: 'x.txt' })).toThrow(InvalidError);
});
