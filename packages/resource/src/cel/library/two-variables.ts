import type { ASTNode, Environment } from '@marcbachmann/cel-js';

// The seams that cel-js gives its macros; its own types leave them open.
interface Type {
  kind: string;
  keyType?: Type;
  valueType?: Type;
  isDynOrBool(): boolean;
}
interface Scope {
  forkWithVariable(name: string, type: Type): Scope;
  reuse(parent: Scope): Scope;
  setIterValue(value: unknown, evaluator: Evaluator): Scope;
}
interface Checker {
  check(node: ASTNode, scope: Scope): Type;
  getType(name: string): Type;
  createError(code: string, message: string, node: ASTNode): Error;
  registry: { getListType(items: Type): Type };
}
interface Evaluator {
  run(node: ASTNode, scope: Scope): unknown;
  tryEval(node: ASTNode, scope: Scope): unknown;
}
interface Call {
  args: ASTNode[];
  receiver: ASTNode;
}

/** What a comprehension makes of its elements; `attempt` and `run` evaluate the expression at an index for one of them. */
type Fold = (elements: Iterable<Scope>, evaluate: Evaluation) => unknown;
interface Evaluation {
  /** The value, or the error it fails with. */
  readonly attempt: (index: number, scope: Scope) => unknown;
  readonly run: (index: number, scope: Scope) => unknown;
}

/** cel-go's comprehensions with index or key beside the value: `list.all(i, v, ...)`, `map.exists(k, v, ...)`. */
export function registerTwoVariables(environment: Environment): void {
  const define = (name: string, expressions: number, fold: Fold): void => {
    const parameters = Array.from({ length: expressions + 2 }, () => 'ast').join(', ');
    const list = name === 'transformList';
    environment.registerFunction(
      `list.${name}(${parameters}): ${list ? 'list<dyn>' : 'bool'}`,
      (call: Call) => macro(call, list, fold),
    );
  };
  define('all', 1, quantifier(false));
  define('exists', 1, quantifier(true));
  define('existsOne', 1, (elements, { run }) => [...count(elements, run)].length === 1);
  define('transformList', 1, (elements, { run }) => Array.from(elements, (scope) => run(0, scope)));
  define('transformList', 2, (elements, { run }) => {
    const made: unknown[] = [];
    for (const scope of elements) if (run(0, scope) === true) made.push(run(1, scope));
    return made;
  });
}

function* count(elements: Iterable<Scope>, run: Evaluation['run']): Generator<true> {
  for (const scope of elements) if (run(0, scope) === true) yield true;
}

/** Ends with the first element that decides; an error counts only when none does. */
const quantifier =
  (deciding: boolean): Fold =>
  (elements, { attempt }) => {
    let error: Error | undefined;
    for (const scope of elements) {
      const value = attempt(0, scope);
      if (value === deciding) return deciding;
      if (value instanceof Error) error ??= value;
    }
    if (error) throw error;
    return !deciding;
  };

function macro({ args, receiver }: Call, list: boolean, fold: Fold): object {
  const [first, second, ...expressions] = args;
  let outer: Scope | undefined;
  let inner: Scope | undefined;
  return {
    typeCheck(checker: Checker, _macro: unknown, scope: Scope): Type {
      const range = checker.check(receiver, scope);
      const dyn = checker.getType('dyn');
      if (!['list', 'map', 'dyn'].includes(range.kind)) {
        throw checker.createError(
          'invalid_comprehension_range',
          'the range must be a list or a map',
          receiver,
        );
      }
      const keys = range.kind === 'list' ? checker.getType('int') : (range.keyType ?? dyn);
      outer = scope.forkWithVariable(nameOf(checker, first), keys);
      inner = outer.forkWithVariable(nameOf(checker, second), range.valueType ?? dyn);
      const types = expressions.map((expression) => checker.check(expression, inner!));
      types.slice(0, list ? -1 : undefined).forEach((type, i) => {
        if (!type.isDynOrBool()) {
          throw checker.createError('invalid_predicate', 'the predicate must return bool', expressions[i]!);
        }
      });
      return list ? checker.registry.getListType(types.at(-1) ?? dyn) : checker.getType('bool');
    },
    evaluate(evaluator: Evaluator, _macro: unknown, scope: Scope): unknown {
      const range = evaluator.run(receiver, scope);
      return fold(elements(range, evaluator, scope, outer!, inner!), {
        attempt: (i, at) => evaluator.tryEval(expressions[i]!, at),
        run: (i, at) => evaluator.run(expressions[i]!, at),
      });
    },
  };
}

function nameOf(checker: Checker, node: ASTNode | undefined): string {
  if (node?.op === 'id') return node.args;
  throw checker.createError('invalid_macro_argument', 'a comprehension variable must be a name', node!);
}

function* elements(
  range: unknown,
  evaluator: Evaluator,
  scope: Scope,
  outer: Scope,
  inner: Scope,
): Generator<Scope> {
  const entries: Iterable<[unknown, unknown]> = Array.isArray(range)
    ? range.map((value: unknown, i): [unknown, unknown] => [BigInt(i), value])
    : range instanceof Map
      ? range
      : Object.entries(range as object);
  for (const [key, value] of entries) {
    const withKey = outer.reuse(scope).setIterValue(key, evaluator);
    yield inner.reuse(withKey).setIterValue(value, evaluator);
  }
}
