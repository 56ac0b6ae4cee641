import { setTimeout as delay } from 'node:timers/promises';
import type { Case, Step } from './case.ts';
import { send } from './endpoint.ts';
import type { Answer, Endpoint, Exchange } from './endpoint.ts';
import { Normaliser } from './normalise.ts';

const conditionDeadlineMs = 20_000;

/** A compared answer, by step. */
export interface NormalAnswer {
  step: string;
  status: number;
  contentType: string;
  warnings: string[];
  body: unknown;
}

const settled = async (endpoint: Endpoint, step: Step, exchange: Exchange): Promise<Answer> => {
  const until = Date.now() + conditionDeadlineMs;
  for (;;) {
    const answer = await send(endpoint, exchange);
    if (!step.until || step.until(answer)) return answer;
    if (Date.now() > until)
      throw new Error(`${step.name}: the condition did not come true; last answer ${JSON.stringify(answer)}`);
    await delay(100);
  }
};

/** Runs a case against a server, in a namespace made for it. */
export const runCase = async (endpoint: Endpoint, { name, steps }: Case): Promise<NormalAnswer[]> => {
  await send(endpoint.core ?? endpoint, {
    method: 'POST',
    path: '/api/v1/namespaces',
    body: { apiVersion: 'v1', kind: 'Namespace', metadata: { name } },
  });
  const normaliser = new Normaliser();
  const answers: Record<string, Answer> = {};
  const normal: NormalAnswer[] = [];
  for (const step of steps) {
    if (answers[step.name]) throw new Error(`${name} has two steps called ${step.name}`);
    const exchange = typeof step.request === 'function' ? step.request(answers) : step.request;
    const answer = await settled(endpoint, step, exchange);
    answers[step.name] = answer;
    if (!step.unchecked) normal.push({ step: step.name, ...normaliser.answer(answer) });
  }
  return normal;
};
