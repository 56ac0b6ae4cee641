import type { Schema } from '../../served-resource.ts';
import type { SchemaResolver } from '../schema-walk.ts';
import type { ManagerIdentity } from './managed-fields.ts';
import type { Reach } from './tracked-fields.ts';

/** What both ways of writing need to know: the kind, and on whose behalf and through which door it is written. */
export interface FieldWriter extends Reach {
  schema: Schema;
  resolve: SchemaResolver;
  /** Group and version of the request, as in the object's `apiVersion`. */
  apiVersion: string;
  /** The field manager, or what stands for it when the client names none; `unknown` when empty. */
  manager: string;
  now: Date;
  /**
   * What an object of the kind looks like with nothing set: Go writes structs that are no pointers even then, so that
   * nobody is the one who added them. Nothing at all when absent, as for custom resources.
   */
  empty?: Readonly<Record<string, unknown>>;
}

export const identityOfWriter = (
  writer: FieldWriter,
  operation: ManagerIdentity['operation'],
): ManagerIdentity => ({
  manager: writer.manager || 'unknown',
  operation,
  apiVersion: writer.apiVersion,
  subresource: writer.subresource,
});
