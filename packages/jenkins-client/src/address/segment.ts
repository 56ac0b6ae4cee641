import { InvalidError } from '../errors.ts';

/**
 * A name as one segment of a path, encoded. Throws InvalidError for an empty name and for `.` and `..`, which every
 * URL parser would fold away, so that the request went to another place; and for text that is not well-formed Unicode.
 */
export function segment(name: string, what: string): string {
  if (name === '' || name === '.' || name === '..' || !name.isWellFormed()) {
    throw new InvalidError(`"${name.toWellFormed()}" cannot be the ${what}.`);
  }
  return encodeURIComponent(name);
}
