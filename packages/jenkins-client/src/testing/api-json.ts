import { containerPage, oops, type Refused } from './error-pages.ts';
import type { Answer, FakeRequest } from './http.ts';
import { exportBean, TreeError, type Bean } from './tree.ts';

/** What `api/json` answers for an object: with `tree`, `depth` and `pretty` applied. */
export function apiJson(request: FakeRequest, root: Bean): Answer {
  const depth = Number(request.query.get('depth') ?? 0);
  try {
    const value = exportBean(root, request.query.get('tree'), Number.isFinite(depth) ? depth : 0);
    return {
      status: 200,
      headers: {
        'content-type': 'application/json;charset=UTF-8',
        'x-frame-options': 'deny',
        'x-jenkins': '',
      },
      body: JSON.stringify(value, undefined, request.query.get('pretty') === 'true' ? 2 : undefined),
    };
  } catch (error) {
    if (error instanceof TreeError) throw oops();
    throw error;
  }
}

/** The structured form in the field `json`; throws the 400 of a request without one. */
export function submittedForm(request: FakeRequest): Readonly<Record<string, unknown>> {
  const text = request.parameter('json');
  if (text === null) throw nothingSubmitted(request);
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null) return value as Readonly<Record<string, unknown>>;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  throw oops();
}

/** 400 of a route that wants a form: other words for no form at all than for a form without the field. */
export function nothingSubmitted(request: FakeRequest): Refused {
  const isForm = (request.headers['content-type'] ?? '').includes('form');
  const message =
    isForm && request.body.length > 0 ? 'This page expects a form submission' : 'Nothing is submitted';
  return containerPage(400, 'Bad Request', message);
}
