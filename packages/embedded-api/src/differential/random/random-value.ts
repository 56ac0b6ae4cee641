import type { Random } from './random.ts';
import type { Schema } from './random-schema.ts';

const words = ['a', 'b', 'c', 'd'];

const anything = (random: Random, depth: number): unknown => {
  const choice = random.below(depth > 0 ? 7 : 4);
  if (choice === 0) return random.pick(words);
  if (choice === 1) return random.below(5);
  if (choice === 2) return random.once(2);
  if (choice === 3) return null;
  if (choice === 4) return [anything(random, depth - 1), anything(random, depth - 1)];
  return { [random.pick(words)]: anything(random, depth - 1), [random.pick(words)]: anything(random, 0) };
};

const several = <T>(random: Random, most: number, make: () => T): T[] =>
  Array.from({ length: random.below(most + 1) }, make);

/** An object for `schema`, with mistakes only inside; see `randomValue`. */
export const randomObject = (random: Random, schema: Schema, mistakes: number): Record<string, unknown> => {
  const { properties = {}, additionalProperties, required = [] } = schema;
  const names = Object.keys(properties);
  const chosen = names.filter((name) =>
    required.includes(name) ? !random.once(mistakes) : random.once(names.length > 8 ? 7 : 2),
  );
  const entries = chosen.map((name): [string, unknown] => [
    name,
    randomValue(random, properties[name] ?? {}, mistakes),
  ]);
  if (additionalProperties)
    entries.push(
      ...several(random, 3, (): [string, unknown] => [
        random.pick(words),
        randomValue(random, additionalProperties, mistakes),
      ]),
    );
  if (schema['x-kubernetes-preserve-unknown-fields'])
    entries.push(...several(random, 2, (): [string, unknown] => [random.pick(words), anything(random, 2)]));
  if (random.once(mistakes)) entries.push(['unknown', anything(random, 1)]);
  return Object.fromEntries(entries);
};

const listValue = (random: Random, schema: Schema, mistakes: number): unknown[] => {
  const values = several(random, 3, () => randomValue(random, schema.items ?? {}, mistakes));
  if (!schema['x-kubernetes-list-type'] || random.once(mistakes)) return values;
  const keys = (schema['x-kubernetes-list-map-keys'] as string[] | undefined) ?? [];
  const identity = (value: unknown): string =>
    JSON.stringify(
      keys.length === 0
        ? value
        : keys.map(
            (key) =>
              (value as Record<string, unknown> | null)?.[key] ??
              schema.items?.properties?.[key]?.['default'],
          ),
    );
  return [...new Map(values.map((value) => [identity(value), value])).values()];
};

/**
 * A value that fits `schema`, but for one mistake in about `mistakes` places: a wrong type, a null, an unknown or
 * missing field, an item twice.
 */
export const randomValue = (random: Random, schema: Schema, mistakes: number): unknown => {
  if (random.once(mistakes * 4)) return null;
  if (random.once(mistakes * 4)) return anything(random, 1);
  if (schema.nullable && random.once(3)) return null;
  if (schema['x-kubernetes-int-or-string'])
    return random.once(2) ? random.pick(['1', '50%']) : random.below(3);
  if (schema.enum) return random.pick(schema.enum);
  switch (schema.type) {
    case 'object':
      return randomObject(random, schema, mistakes);
    case 'array':
      return listValue(random, schema, mistakes);
    case 'integer':
      return random.once(mistakes) ? -1 : random.below(4);
    case 'number':
      return random.pick([0, 1, 1.5, -2.25, 1e21, 100000]);
    case 'boolean':
      return random.once(2);
    default:
      return random.pick(words);
  }
};
