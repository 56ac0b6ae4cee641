import type { Patched } from './stored.ts';
import { patchStored, readStored } from './stored.ts';
import { checkSpec } from './check.ts';
import { pipelineForm } from './form.ts';
import { given } from './given.ts';
import { completeSpec, PIPELINE_KINDS } from './kinds.ts';
import type { PipelineSpec } from './spec.ts';

/** A stored configuration, read. */
interface ReadBack {
  readonly spec: object;
  readonly unmanaged: readonly string[];
  readonly unreadable: readonly string[];
}

/** What an item shall be, whatever its kind: all that applying needs to know. */
export interface Wanted {
  /** The class to create it by. */
  readonly javaClass: string;
  /** The empty configuration of its kind. */
  readonly blank: string;
  /** Paths of what Jenkins may store as a secret, which cannot be compared then. */
  readonly secrets: readonly string[];
  /** The same with every absent setting made explicit. */
  complete(): Wanted;
  /** The form that stores it, laid over what is stored. */
  formOver(stored: object): Readonly<Record<string, string>>;
  /** Puts it into a stored configuration. */
  patch(text: string, rewriteSecrets: boolean): Patched;
  /** Reads a stored configuration of its kind. */
  read(text: string): ReadBack;
  /** Whether a change of this setting calls for a look at the branches. */
  needsScan(path: string): boolean;
}

/** A pipeline. Throws InvalidError for a specification that cannot be stored. */
export function wantedPipeline(settings: PipelineSpec): Wanted {
  checkSpec(settings);
  const spec = given(settings);
  const { javaClass, root } = PIPELINE_KINDS[spec.kind];
  return {
    javaClass,
    blank: `<${root}/>`,
    secrets: secretsIn(spec),
    complete: () => wantedPipeline(completeSpec(spec)),
    formOver: (stored) => pipelineForm({ ...stored, ...spec }),
    patch: (text, rewriteSecrets) => patchStored(text, spec, rewriteSecrets),
    read: (text) => readStored(text, spec.kind),
    needsScan: (path) => spec.kind === 'multibranch' && /^(?:sources|scriptPath)\b/.test(path),
  };
}

/** Defaults of passwords are never told; the token of a remote trigger is not by newer versions of Jenkins. */
function secretsIn(spec: PipelineSpec): string[] {
  if (spec.kind === 'multibranch') return [];
  const token = spec.triggers?.remoteToken ? ['triggers.remoteToken'] : [];
  const passwords = (spec.parameters ?? [])
    .filter((parameter) => parameter.type === 'password' && parameter.default !== undefined)
    .map(({ name }) => `parameters.${name}.default`);
  return [...passwords, ...token];
}
