/** The few shapes that all schemas are made of. A schema with an `$id` becomes a component of the document. */
import { Type, type TProperties, type TSchema } from 'typebox';

/** Milliseconds since 1970. */
export const millis = Type.Integer({ description: 'Milliseconds since 1970.' });

/** A length of time in milliseconds. */
export const duration = Type.Integer({ description: 'Milliseconds.' });

/** An object of which nothing is promised: plugins add what they like. */
export const open = Type.Object({}, { additionalProperties: true });

/** A value that may be null. */
export function nullable<T extends TSchema>(schema: T) {
  return Type.Union([schema, Type.Null()]);
}

/** An answer whose properties are always there, unless one is marked optional. */
export function answer<P extends TProperties>($id: string, description: string, properties: P) {
  return Type.Object(properties, { $id, description });
}

/**
 * What Jenkins exports through `api/json`: every property may be absent, because `tree` did not select it, because
 * `depth` did not reach it, or because this class has none.
 */
export function exported<P extends TProperties>($id: string, description: string, properties: P) {
  return Type.Partial(
    Type.Object({ _class: Type.String({ description: 'The Java class.' }), ...properties }),
    { $id, description },
  );
}

/** A schema by the name of its component, for those that refer to themselves. */
export function reference(name: string) {
  return Type.Ref(name);
}
