import {
  CelCompileError,
  compileCondition,
  duplicate,
  invalid,
  required,
  tooMany,
  type Condition,
} from '@armillary/resource';
import type { AdmissionRequest } from '../server/admission.ts';
import type { ServedResource } from '../served-resource.ts';
import { forbidden, type StatusCause } from '../status-error.ts';
import { admissionReview } from './admission-review.ts';
import type { Webhook } from './webhook-configuration.ts';

/** What expressions may name. The real server's `authorizer` is not among them. */
const variables = ['object', 'oldObject', 'request'];
const maxConditions = 64;

// Stored objects are never changed, so what was compiled from one lives as long as it does.
const compiled = new WeakMap<Webhook, Condition[]>();

const conditionsOf = (webhook: Webhook): Condition[] => {
  let conditions = compiled.get(webhook);
  if (!conditions) {
    conditions = (webhook.matchConditions ?? []).map(({ expression }) =>
      compileCondition(expression, variables),
    );
    compiled.set(webhook, conditions);
  }
  return conditions;
};

/**
 * Tells whether the match conditions of a webhook let a request through to it: all of them must hold. When one fails
 * to be evaluated and none says no, `failurePolicy: Ignore` passes the webhook by.
 * @throws StatusError 403 for such a failure otherwise.
 */
export const conditionsHold = (
  webhook: Webhook,
  resource: ServedResource,
  request: AdmissionRequest,
): boolean => {
  if (!webhook.matchConditions?.length) return true;
  const { request: seen } = admissionReview(request, resource, '', 'v1') as {
    request: Record<string, unknown>;
  };
  const { object, oldObject, ...rest } = seen;
  const values = { object, oldObject, request: rest };
  let failure: Error | undefined;
  for (const condition of conditionsOf(webhook)) {
    try {
      if (!condition(values)) return false;
    } catch (error) {
      failure ??= error instanceof Error ? error : new Error('the condition failed', { cause: error });
    }
  }
  if (failure === undefined) return true;
  if (webhook.failurePolicy === 'Ignore') return false;
  const { group, plural } = request.resource;
  throw forbidden({ group, resource: plural }, request.name, failure.message);
};

const conditionProblems = (
  { name, expression }: { name?: string; expression?: string },
  at: string,
): StatusCause[] => {
  const problems: StatusCause[] = name ? [] : [required(`${at}.name`)];
  if (!expression?.trim()) return [...problems, required(`${at}.expression`)];
  try {
    compileCondition(expression, variables);
  } catch (error) {
    if (!(error instanceof CelCompileError)) throw error;
    problems.push(invalid(`${at}.expression`, expression, error.message));
  }
  return problems;
};

/** What is wrong with the match conditions of a webhook. `at` is the path of their list. */
export const matchConditionProblems = (
  conditions: readonly { name?: string; expression?: string }[],
  at: string,
): StatusCause[] => {
  if (conditions.length > maxConditions) return [tooMany(at, conditions.length, maxConditions)];
  return conditions.flatMap((condition, i) => {
    const twice = condition.name && conditions.findIndex(({ name }) => name === condition.name) < i;
    return [
      ...conditionProblems(condition, `${at}[${i}]`),
      ...(twice ? [duplicate(`${at}[${i}].name`, condition.name)] : []),
    ];
  });
};
