/** A file to send as a parameter. */
export interface FileParameter {
  readonly file: Blob;
  /** The file name that the build is told. */
  readonly name: string;
}

/** The value of a parameter. Numbers are sent as text; the others as they are. */
export type ParameterValue = string | boolean | number | FileParameter;

/**
 * Values by the name of the parameter. Parameters that are left out, or undefined, have their defaults. Beside a file, line ends in
 * texts arrive as CRLF: so it is with all forms that hold files.
 */
export type ParameterValues = Readonly<Record<string, ParameterValue | undefined>>;

/** The values that are given: an undefined one must not be sent as the word. */
export type GivenValues = Readonly<Record<string, ParameterValue>>;

/** Values without those that are undefined. */
export function givenValues(values: ParameterValues): GivenValues {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => (value === undefined ? [] : [[name, value] as const])),
  );
}

/** Whether a value is a file. */
export function isFile(value: ParameterValue): value is FileParameter {
  return typeof value === 'object';
}

/** The body of `buildWithParameters`: an urlencoded form, or a multipart one when there are files. */
export function encodeParameters(
  values: GivenValues,
): { readonly form: Record<string, string> } | { readonly multipart: FormData } {
  const form: Record<string, string> = {};
  const multipart = new FormData();
  let files = false;
  for (const [name, value] of Object.entries(values)) {
    if (isFile(value)) {
      files = true;
      multipart.append(name, value.file, value.name);
    } else {
      form[name] = String(value);
      multipart.append(name, String(value));
    }
  }
  return files ? { multipart } : { form };
}
