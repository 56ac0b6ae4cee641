import { Type } from 'typebox';
import { json, type Answer, type Body, type Operation } from '../operation.ts';
import { ConvertedJenkinsfile, ConvertedJson, Validation } from '../schemas/converter.ts';

const base = '/pipeline-model-converter';
const jenkinsfile: Body = { form: { jenkinsfile: Type.Optional(Type.String()) } };
const model: Body = { form: { json: Type.Optional(Type.String()) } };

function conversion(route: string, summary: string, body: Body, answer: Answer): Operation {
  return {
    method: 'POST',
    path: `${base}/${route}`,
    id: `${route}ByConverter`,
    tag: 'converter',
    summary,
    plugins: ['pipeline-model-definition'],
    body,
    answers: { 200: answer },
  };
}

/** Declarative pipelines as JSON, and back. All answer 200; the verdict is in the body. */
export const converterPaths: readonly Operation[] = [
  {
    method: 'GET',
    path: `${base}/toJson`,
    id: 'probeConverter',
    tag: 'converter',
    summary: 'Whether the converter is there: 405 when it is, 404 when it is not.',
    plugins: ['pipeline-model-definition'],
    query: { jenkinsfile: Type.Optional(Type.String()) },
    answers: { 405: { description: 'It is there.', headers: { Allow: 'POST.' } } },
  },
  conversion('validateJenkinsfile', 'Whether a Jenkinsfile is valid.', jenkinsfile, json(Validation)),
  conversion('validateJson', 'Whether a pipeline in JSON is valid.', model, json(Validation)),
  conversion('toJson', 'A Jenkinsfile as JSON; comments are lost.', jenkinsfile, json(ConvertedJson)),
  conversion('toJenkinsfile', 'A pipeline in JSON as Jenkinsfile.', model, json(ConvertedJenkinsfile)),
  conversion('stepsToJson', 'Steps as JSON.', jenkinsfile, json(ConvertedJson)),
  conversion('stepsToJenkinsfile', 'Steps in JSON as text.', model, json(ConvertedJenkinsfile)),
];
