import { InvalidError } from '../errors.ts';

/**
 * A name as one segment of a path, encoded. Throws InvalidError for an empty name and for `.` and `..`, which every
 * URL parser would fold away, so that the request went to another place.
 */
export function segment(name: string, what: string): string {
  if (name === '' || name === '.' || name === '..')
    throw new InvalidError(`"${name}" cannot be the ${what}.`);
  return encodeURIComponent(name);
}
