// Asks a real apiextensions-apiserver all questions of src/testing/kubernetes-cases.ts and writes its answers to
// fixtures/kubernetes.json. Usage: record-kubernetes.ts URL TOKEN, of a server on this machine without such objects
// (e2e/testing/extensions-api-server.ts starts one).
import { writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { argv, stdout } from 'node:process';
import { kubernetesCases } from '../src/testing/kubernetes-cases.ts';
import type { KubernetesAnswer, KubernetesCase } from '../src/testing/kubernetes-cases.ts';

const [, , url = '', token = ''] = argv;

interface Answer {
  code: number;
  warnings: string[];
  body: Record<string, unknown> & {
    message?: string;
    details?: { causes?: KubernetesAnswer['causes'] };
    metadata?: Record<string, unknown>;
    status?: { conditions?: { type: string; status: string }[] };
  };
}

function call(method: string, path: string, object?: unknown): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const message = request(`${url}${path}`, {
      method,
      headers,
      rejectUnauthorized: false,
    });
    message.on('error', reject).on('response', (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('end', () => {
        const warnings = (response.headers['warning'] ?? '').match(/"(?:[^"\\]|\\.)*"/g) ?? [];
        resolve({
          code: response.statusCode ?? 0,
          warnings,
          body: text.startsWith('{') ? (JSON.parse(text) as Answer['body']) : { message: text },
        });
      });
    });
    message.end(object === undefined ? undefined : JSON.stringify(object));
  });
}

const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';

async function ask(question: KubernetesCase, index: number): Promise<KubernetesAnswer> {
  const plural = `things${index}`;
  const schema = question.root ? question.schema : { type: 'object', properties: { spec: question.schema } };
  const created = await call('POST', definitions, {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: `${plural}.example.dev` },
    spec: {
      group: 'example.dev',
      scope: 'Cluster',
      names: { plural, kind: `Thing${index}` },
      versions: [
        {
          name: 'v1',
          served: true,
          storage: true,
          schema: { openAPIV3Schema: schema },
          ...(question.status ? { subresources: { status: {} } } : {}),
        },
      ],
    },
  });
  if (created.code === 409) throw new Error(`${plural}.example.dev is there already: use an empty server`);
  if (created.code !== 201) return refusal(created, 'schemaCauses');
  if (question.object === undefined) return {};
  const path = `/apis/example.dev/v1/${plural}`;
  const fields = (value: unknown): object => (question.root ? (value as object) : { spec: value });
  const type = { apiVersion: 'example.dev/v1', kind: `Thing${index}`, metadata: { name: 'thing' } };
  let answer = await call('POST', `${path}?fieldValidation=Warn`, { ...type, ...fields(question.object) });
  for (let tries = 0; answer.code === 404 && tries < 100; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    answer = await call('POST', `${path}?fieldValidation=Warn`, { ...type, ...fields(question.object) });
  }
  if (answer.code === 201 && question.update !== undefined) {
    const next = { ...answer.body, ...fields(question.update) };
    answer = await call('PUT', `${path}/thing`, next);
  }
  if (answer.code >= 300) return refusal(answer, 'causes');
  const { apiVersion: _v, kind: _k, metadata: _m, ...rest } = answer.body;
  const unknown = answer.warnings.map((text) => JSON.parse(text) as string);
  return { stored: question.root ? rest : rest['spec'], ...(unknown.length > 0 ? { unknown } : {}) };
}

function refusal({ body }: Answer, key: 'causes' | 'schemaCauses'): KubernetesAnswer {
  return body.details?.causes ? { [key]: body.details.causes } : { message: body.message ?? '' };
}

const answers: Record<string, KubernetesAnswer> = {};
for (const [index, question] of kubernetesCases.entries())
  answers[question.name] = await ask(question, index);
const file = new URL('../fixtures/kubernetes.json', import.meta.url);
await writeFile(file, `${JSON.stringify(answers, undefined, 1)}\n`);
stdout.write(`${kubernetesCases.length} answers\n`);
