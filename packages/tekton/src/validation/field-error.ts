/** One complaint about a manifest, in the words and the layout of knative's FieldError, which Tekton uses. */
export interface FieldError {
  message: string;
  /** The fields it is about, `spec.tasks[0].when[0]`. */
  paths: string[];
  details?: string;
}

/** `message: path, path` and a line of details, one complaint after another: the text an admission webhook gives. */
export function formatErrors(errors: readonly FieldError[]): string {
  return errors
    .map(({ message, paths, details }) => {
      const where = `${message}: ${[...paths].sort().join(', ')}`;
      return details === undefined ? where : `${where}\n${details}`;
    })
    .join('\n');
}

/** `invalid value: <value>`. */
export function invalidValue(value: unknown, path: string, details?: string): FieldError {
  const message = `invalid value: ${String(value)}`;
  return { message, paths: [path], ...(details !== undefined && { details }) };
}

/** `missing field(s)`. */
export function missingField(...paths: string[]): FieldError {
  return { message: 'missing field(s)', paths };
}

/** Exactly one of the fields must be set; `undefined` when that is so. */
export function exactlyOne(count: number, paths: string[]): FieldError | undefined {
  if (count === 1) return undefined;
  return { message: `expected exactly one, got ${count === 0 ? 'neither' : 'both'}`, paths };
}
