import type { Node } from '../syntax/node.ts';
import { quote } from '../format/quote.ts';
import { mapEntry, zeroOf } from '../values/map-entries.ts';
import { kindOf, typeName, typeOf, underlying } from '../values/value-kind.ts';
import type { Argument, Frame } from './argument.ts';
import { call, none } from './call.ts';
import type { Run } from './run.ts';

/** A field with what it is called with, should it be a method. */
export interface Access {
  readonly node: Node;
  readonly words: readonly Argument[];
  readonly final: unknown;
}

/**
 * `receiver.name`: a method, a field of a struct or an entry of a map; nothing else of a JavaScript value can be
 * reached. Undefined stands for a key that is missing, null for a nil that is there.
 */
function fieldOf(
  run: Run,
  frame: Frame,
  dot: unknown,
  receiver: unknown,
  name: string,
  access: Access,
): unknown {
  if (receiver === undefined) {
    if (run.settings.missingKey === 'error') run.fail(`nil data; no entry for key ${quote(name)}`);
    return undefined;
  }
  if (receiver === null) run.fail(`nil pointer evaluating interface {}.${name}`);
  const type = typeOf(receiver);
  const method = type?.methods.get(name);
  if (method) {
    const { fixed, variadic } = method;
    const invoke = (values: unknown[]): unknown => method.call(underlying(receiver), ...values);
    return call(
      run,
      frame,
      dot,
      { name, node: access.node, fixed, variadic, invoke },
      access.words,
      access.final,
    );
  }
  const hasArguments = access.words.length > 0 || access.final !== none;
  if (type?.hasField(name)) {
    if (hasArguments) run.fail(`${name} has arguments but cannot be invoked as function`);
    return (underlying(receiver) as Readonly<Record<string, unknown>>)[name] ?? null;
  }
  if (kindOf(receiver) !== 'map') run.fail(`can't evaluate field ${name} in type ${typeName(receiver)}`);
  if (hasArguments) run.fail(`${name} is not a method but has arguments`);
  const entry = mapEntry(receiver, name);
  return entry === undefined ? missing(run, receiver, name) : entry;
}

function missing(run: Run, map: unknown, name: string): unknown {
  if (run.settings.missingKey === 'error') run.fail(`map has no entry for key ${quote(name)}`);
  return run.settings.missingKey === 'zero' ? zeroOf(map) : undefined;
}

/** `receiver.a.b.c`: arguments go to the last. */
export function fieldsOf(
  run: Run,
  frame: Frame,
  dot: unknown,
  receiver: unknown,
  names: readonly string[],
  access: Access,
): unknown {
  const bare: Access = { node: access.node, words: [], final: none };
  const before = names.slice(0, -1);
  const owner = before.reduce<unknown>(
    (value, name) => fieldOf(run, frame, dot, value, name, bare),
    receiver,
  );
  return fieldOf(run, frame, dot, owner, names.at(-1) ?? '', access);
}
