import { invalid, type Cause } from '@armillary/resource';
import { routerKind } from '../kinds/router.ts';
import { expressionProblem } from '../selector/expression.ts';
import { selectorCauses } from '../selector/selector.ts';
import { validateObject } from './object.ts';

/** What is wrong with a Router: selectors and the expression for names must be some. */
export const validateRouter = (object: unknown): Cause[] =>
  validateObject(routerKind, object, ({ alertSelector, receivers: { selector, regexName = '' } }) => {
    const problem = expressionProblem(regexName);
    return [
      ...(alertSelector ? selectorCauses(alertSelector, 'spec.alertSelector') : []),
      ...(selector ? selectorCauses(selector, 'spec.receivers.selector') : []),
      ...(problem === undefined ? [] : [invalid('spec.receivers.regexName', regexName, problem)]),
    ];
  });
