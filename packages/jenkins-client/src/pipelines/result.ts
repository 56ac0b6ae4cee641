import type { CallOptions } from '../connection.ts';
import type { PipelineSpec } from './spec.ts';

/** How a specification meets what is there. */
export type ApplyMode =
  /** ConflictError when the item exists. */
  | 'create'
  /** Settings that the specification cannot describe are dropped, absent ones get their defaults. */
  | 'replace'
  /** Settings that the specification cannot describe, and absent ones, stay as they are. */
  | 'merge';

/** How to apply a specification. */
export interface ApplyOptions extends CallOptions {
  /** Default: `merge`. */
  readonly mode?: ApplyMode;
  /** Whether to read the result back, and to throw AppliedDifferentlyError when it is another. Default: true. */
  readonly verify?: boolean;
  /**
   * Whether to write secrets (defaults of password parameters) although nothing else differs. Jenkins never tells
   * them, so they cannot be compared: without this, ones that are stored stay. Default: false.
   */
  readonly rewriteSecrets?: boolean;
}

/** One setting that is not as specified. */
export interface Difference {
  /** Where, in the specification, such as `parameters.LEVEL.choices`. */
  readonly path: string;
  /** As it is; undefined when absent. Secrets are shown as `(secret)`. */
  readonly from: unknown;
  /** As it shall be; undefined when it goes. Secrets are shown as `(secret)`. */
  readonly to: unknown;
}

/** What applying a specification would do. */
export interface ApplyPlan {
  readonly action: 'create' | 'update' | 'none';
  readonly differences: readonly Difference[];
  /** Paths of elements of the stored configuration that the specification cannot describe. */
  readonly unmanaged: readonly string[];
  /** Paths of secrets in the specification that cannot be compared with what is stored. */
  readonly unverifiable: readonly string[];
}

/** What applying a specification did. */
export interface ApplyResult {
  readonly action: 'created' | 'updated' | 'unchanged';
  readonly differences: readonly Difference[];
  readonly unmanaged: readonly string[];
  readonly unverifiable: readonly string[];
}

/** A pipeline's configuration as it is stored. */
export interface StoredPipeline {
  /** With every setting explicit, secrets excepted. */
  readonly spec: PipelineSpec;
  /** Paths of elements of the stored configuration that the specification cannot describe. */
  readonly unmanaged: readonly string[];
  /** Paths in the specification of what is stored and never told: secrets. */
  readonly unreadable: readonly string[];
}
