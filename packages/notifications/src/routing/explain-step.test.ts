import { expect, test } from 'vitest';
import type { TraceStep } from './decision.ts';
import { explainStep } from './explain-step.ts';

const source = {
  step: 'source',
  source: 'hr',
  cache: 'fetched',
  ageMs: 0,
  tenants: [],
  receivers: [],
  mergePolicy: 'Append',
  skipped: [],
  onError: 'Fallback',
} as const;
const failure = { code: 'timeout', message: 'no answer within 2 s' };
const email = (name: string) => ({ type: 'email', name });

test.each<[TraceStep, string]>([
  [{ step: 'silenced', silence: 'deploy' }, 'Silence deploy covers the alert: nobody is told.'],
  [
    { step: 'silenceInvalid', silence: 's', reason: 'it is invalid: spec.schedule: x' },
    'Silence s was not asked: it is invalid: spec.schedule: x.',
  ],
  [
    {
      step: 'class',
      matched: true,
      reason: 'the alert names a namespace',
      cluster: 'host',
      namespace: 'shop',
    },
    'Tenants of namespace shop in cluster host are concerned: the alert names a namespace.',
  ],
  [
    { step: 'class', matched: false, reason: 'the alert names no namespace', cluster: 'host' },
    'Tenants are not concerned: the alert names no namespace.',
  ],
  [source, 'Source hr answered now, mergePolicy Append: nobody.'],
  [
    { ...source, tenants: ['ann'], more: 4_900 },
    'Source hr answered now, mergePolicy Append: tenants ann; and 4900 more.',
  ],
  [
    {
      ...source,
      cache: 'fresh',
      ageMs: 12_400,
      revision: '7',
      tenants: ['a', 'b'],
      receivers: [email('x'), { ...email('y'), tenant: 't' }],
      skipped: [{ name: 'z', reason: 'no address' }],
    },
    'Source hr answered 12 s ago, revision 7, mergePolicy Append: tenants a, b; receivers email x, email y of tenant t; left out were z (no address).',
  ],
  [
    { ...source, cache: 'stale', ageMs: 90_000, failure, tenants: ['a'] },
    'Source hr could not be asked (timeout: no answer within 2 s), and earlier answered 90 s ago (stale), mergePolicy Append: tenants a.',
  ],
  [
    { ...source, cache: 'none', failure },
    'Source hr could not be asked (timeout: no answer within 2 s): it counts for nothing.',
  ],
  [
    { ...source, cache: 'none', failure, onError: 'FailClosed' },
    'Source hr could not be asked (timeout: no answer within 2 s): tenants wait until it answers.',
  ],
  [{ step: 'tenants', tenants: ['a'] }, 'Receivers of tenant a are to be told.'],
  [{ step: 'tenants', tenants: ['a', 'b'] }, 'Receivers of tenants a, b are to be told.'],
  [{ step: 'tenants', tenants: [] }, 'No tenant is to be told.'],
  [
    { step: 'router', router: 'r', matched: true, receivers: [email('x'), email('y')] },
    'Router r takes the alert and gives email x, email y.',
  ],
  [
    { step: 'router', router: 'r', matched: true, receivers: [] },
    'Router r takes the alert and gives nobody.',
  ],
  [
    { step: 'router', router: 'r', matched: false, reason: 'label a is absent, not b', receivers: [] },
    'Router r does not take the alert: label a is absent, not b.',
  ],
  [
    { step: 'policy', policy: 'RouterOnly', reason: 'only routers count' },
    'Route policy RouterOnly: only routers count.',
  ],
  [
    { step: 'skipped', receiver: { ...email('x'), tenant: 't', source: 'hr' }, reason: 'it is turned off' },
    'email x of tenant t from source hr is not told: it is turned off.',
  ],
  [
    {
      step: 'skipped',
      receiver: email('x'),
      address: 'email to a@example.com',
      reason: 'email y is told there already',
    },
    'email x is not told by email to a@example.com: email y is told there already.',
  ],
  [
    { step: 'told', receiver: email('x'), config: 'smtp', why: 'router r gives it' },
    'email x is told with config smtp: router r gives it.',
  ],
  [
    { step: 'told', receiver: { type: 'webhook', name: 'x' }, why: 'source hr named it' },
    'webhook x is told: source hr named it.',
  ],
])('%#', (step, sentence) => {
  expect(explainStep(step)).toBe(sentence);
});
