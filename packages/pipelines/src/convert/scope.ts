import type { Expression } from '@armillary/jenkinsfile';
import { Refusal } from './report.ts';
import type { Template } from './template.ts';

/** The names that an expression can see. */
export interface Scope {
  /** Environment variables, parameters among them. */
  readonly variables: ReadonlyMap<string, Template>;
  /** What `params` has. */
  readonly parameters: ReadonlyMap<string, Template>;
  /** Variables of the same environment section that are defined further down. */
  readonly later: ReadonlySet<string>;
  /** What a bare unknown name gives: Jenkins writes `null` in an environment section and fails in a step. */
  readonly unknownNames: 'null' | 'error';
  /** Told about a name that nothing in the Jenkinsfile defines. */
  readonly onUnknown: (name: string, expression: Expression) => void;
}

/** Variables that Jenkins takes from the machine or its own configuration, unknown before the run. */
const MACHINE_VARIABLES = new Set(
  'PATH HOME USER LOGNAME SHELL LANG PWD TMPDIR HOSTNAME JAVA_HOME M2_HOME NODE_NAME NODE_LABELS EXECUTOR_NUMBER BUILD_URL JOB_URL RUN_DISPLAY_URL WORKSPACE_TMP HUDSON_URL GIT_COMMIT GIT_BRANCH GIT_URL BRANCH_NAME TAG_NAME CHANGE_ID'.split(
    ' ',
  ),
);

/** Evaluates what is known of an expression before the run. Throws Refusal for everything else. */
export function evaluate(expression: Expression, scope: Scope): Template {
  const { span } = expression;
  switch (expression.kind) {
    case 'string':
      return [expression.value];
    case 'boolean':
      return [String(expression.value)];
    case 'null':
      return ['null'];
    case 'number':
      if (/^\d+$/.test(expression.text)) return [expression.text];
      throw new Refusal(span, `the number ${expression.text} is not a plain whole number`);
    case 'gstring':
      return expression.parts.flatMap((part) => (typeof part === 'string' ? [part] : evaluate(part, scope)));
    case 'name':
      return environmentVariable(expression.name, expression, scope, scope.unknownNames);
    case 'property':
      return property(expression, scope);
    case 'operation':
      return concatenation(expression, scope);
    default:
      throw new Refusal(
        span,
        'only strings, environment variables and parameters are evaluated; this is other Groovy',
      );
  }
}

function property(expression: Extract<Expression, { kind: 'property' }>, scope: Scope): Template {
  const { object, name, span } = expression;
  if (object.kind === 'name' && object.name === 'env')
    return environmentVariable(name, expression, scope, 'null');
  if (object.kind === 'name' && object.name === 'params') {
    const value = scope.parameters.get(name);
    if (value === undefined) scope.onUnknown(`params.${name}`, expression);
    return value ?? ['null'];
  }
  const owner = object.kind === 'name' ? object.name : 'an expression';
  throw new Refusal(span, `only env.NAME and params.NAME are evaluated, not .${name} of ${owner}`);
}

function environmentVariable(
  name: string,
  expression: Expression,
  scope: Scope,
  unknown: Scope['unknownNames'],
): Template {
  const value = scope.variables.get(name);
  if (value !== undefined) return value;
  const { span } = expression;
  if (scope.later.has(name))
    throw new Refusal(span, `${name} is defined further down in the same environment section`);
  if (MACHINE_VARIABLES.has(name) || name.startsWith('JENKINS_')) {
    throw new Refusal(
      span,
      `${name} is known only on the machine that runs the step; use it in the shell, as in sh 'echo "$${name}"'`,
    );
  }
  if (unknown === 'error') throw new Refusal(span, `${name} is not defined; Jenkins would fail here`);
  scope.onUnknown(name, expression);
  return ['null'];
}

function concatenation(expression: Extract<Expression, { kind: 'operation' }>, scope: Scope): Template {
  const [left, right] = expression.operands;
  if (expression.operator !== '+' || left === undefined || right === undefined || !isText(left)) {
    throw new Refusal(
      expression.span,
      `the operator ${expression.operator} is evaluated only to join strings`,
    );
  }
  return [...evaluate(left, scope), ...evaluate(right, scope)];
}

/** Whether Groovy's plus joins strings here; with another left side it could add numbers. */
function isText(expression: Expression): boolean {
  let left: Expression | undefined = expression;
  while (left?.kind === 'operation' && left.operator === '+') left = left.operands[0];
  return left?.kind === 'string' || left?.kind === 'gstring';
}
