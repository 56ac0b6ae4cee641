import { isJenkinsError } from '../errors.ts';
import { differences } from './difference.ts';
import type { ApplyOptions, Difference } from './result.ts';
import type { Wanted } from './wanted.ts';

/** What it takes to make a stored configuration what is wanted. */
export interface Change {
  /** Whether anything must be written. */
  readonly needed: boolean;
  readonly differences: readonly Difference[];
  /** What is there and cannot be specified. It stays, unless all is replaced. */
  readonly unmanaged: readonly string[];
  /** Secrets that are wanted, and cannot be compared with what is stored. */
  readonly unverifiable: readonly string[];
  /** Secrets that are wanted where none is stored. */
  readonly missingSecrets: readonly string[];
  /**
   * How to write it: the form replaces all that is stored, so it serves only where nothing is stored that it would
   * drop; else the file is changed in place.
   */
  readonly by: 'form' | 'file';
  /** The configuration after the change. */
  readonly text: string;
  /** Whether a secret stands in it in the clear. */
  readonly secretWritten: boolean;
  /** What is stored, as a specification. */
  readonly stored: object;
  readonly description: string;
  readonly disabled: boolean;
}

/** Compares what is wanted with what is stored; undefined stands for an item that does not exist. Asks nothing. */
export function planChange(
  wanted: Wanted,
  stored: string | undefined,
  { mode, rewriteSecrets = false }: Pick<ApplyOptions, 'mode' | 'rewriteSecrets'>,
): Change {
  const before = wanted.read(stored ?? wanted.blank);
  const dropped = mode === 'replace' ? before.unmanaged.length : 0;
  const base = stored ?? wanted.blank;
  const { text, secretWritten } = patchOver(base, wanted, mode, rewriteSecrets);
  const after = wanted.read(text).spec as { description?: string; disabled?: boolean };
  const isUnreadable = (path: string): boolean => before.unreadable.includes(path);
  const kept = mode === 'replace' ? 0 : before.unmanaged.length + before.unreadable.length;
  return {
    needed: text !== base || dropped > 0,
    differences: differences(before.spec, after),
    unmanaged: before.unmanaged,
    unverifiable: wanted.secrets.filter((path) => isUnreadable(path) || isNeverTold(path)),
    missingSecrets: secretWritten ? wanted.secrets.filter((path) => !isUnreadable(path)) : [],
    by: kept === 0 ? 'form' : 'file',
    text,
    secretWritten,
    stored: before.spec,
    description: after.description ?? '',
    disabled: after.disabled ?? false,
  };
}

function patchOver(
  base: string,
  wanted: Wanted,
  mode: ApplyOptions['mode'],
  rewriteSecrets: boolean,
): ReturnType<Wanted['patch']> {
  try {
    return wanted.patch(base, rewriteSecrets);
  } catch (error) {
    // What cannot be merged with is no hindrance where it is dropped.
    if (mode !== 'replace' || !isJenkinsError(error, 'Conflict')) throw error;
    return wanted.patch(wanted.blank, rewriteSecrets);
  }
}

/** Whether no version of Jenkins tells a secret: defaults of passwords. */
function isNeverTold(path: string): boolean {
  return path.startsWith('parameters.');
}
