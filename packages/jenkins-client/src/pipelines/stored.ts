import { ConflictError } from '../errors.ts';
import { XmlDocument } from '../xml/document.ts';
import type { XmlElement } from '../xml/element.ts';
import { References } from '../xml/references.ts';
import { Reading } from './config/field.ts';
import { PIPELINE_KINDS, type PipelineKind } from './kinds.ts';
import type { StoredPipeline } from './result.ts';
import type { PipelineSpec } from './spec.ts';

/** A specification together with the stored configuration that it was put into. */
export interface Patched {
  /** The configuration, changed where the specification says otherwise; else as it was. */
  readonly text: string;
  /** Whether a secret was written in the clear. */
  readonly secretWritten: boolean;
}

/**
 * What a stored configuration says, as a specification. `as` is the kind to read an item as that has no definition yet.
 * Throws ConflictError when the item is of another kind than any pipeline, UnexpectedBodyError for what is no XML.
 */
export function readStored(text: string, as: PipelineSpec['kind'] = 'inline'): StoredPipeline {
  const { root } = XmlDocument.parse(text);
  const kind = kindOf(root, as);
  const reading = new Reading();
  const settings = PIPELINE_KINDS[kind].settings.readAll(root, reading);
  return {
    spec: { kind, ...settings } as PipelineSpec,
    unmanaged: unmanagedIn(root, reading.managed),
    unreadable: reading.unreadable,
  };
}

/**
 * Puts a specification into a stored configuration. Settings that are absent, and what a specification cannot describe,
 * stay byte for byte. Throws ConflictError when the item is of another kind.
 */
export function patchStored(text: string, spec: PipelineSpec, rewriteSecrets: boolean): Patched {
  const document = XmlDocument.parse(text);
  const kind = PIPELINE_KINDS[spec.kind];
  checkKind(document.root, kind);
  let secretWritten = false;
  const references = new References(document.root);
  const given = startDefinition(document.root, kind) ? withDefinitionDefaults(spec) : spec;
  kind.settings.patchGiven(document.root, given, {
    rewriteSecrets,
    secretWritten: () => {
      secretWritten = true;
    },
  });
  references.restore();
  return { text: document.toString(), secretWritten };
}

/** The kind of pipeline that a configuration is of. */
function kindOf(root: XmlElement, as: PipelineSpec['kind']): PipelineSpec['kind'] {
  const definition = definitionOf(root);
  const fitting = (Object.keys(PIPELINE_KINDS) as PipelineSpec['kind'][]).filter((name) =>
    isRootOf(root, PIPELINE_KINDS[name]),
  );
  const exact = fitting.find((name) => PIPELINE_KINDS[name].definition?.javaClass === definition);
  if (exact !== undefined) return exact;
  if (definition === undefined && fitting.length > 0) return fitting.includes(as) ? as : 'inline';
  throw otherKind(definition ?? root.name);
}

function checkKind(root: XmlElement, kind: PipelineKind): void {
  const definition = definitionOf(root);
  const known = Object.values(PIPELINE_KINDS).some((other) => other.definition?.javaClass === definition);
  if (!isRootOf(root, kind) || !known) throw otherKind(definition ?? root.name);
}

/** The class of the definition, if there is any. One that holds something must have a class. */
function definitionOf(root: XmlElement): string | undefined {
  const definition = root.child('definition');
  const isEmpty = definition === undefined || definition.elements.length === 0;
  return definition?.attribute('class') ?? (isEmpty ? undefined : 'a definition without a class');
}

/** Whether a file is of a kind: Jenkins takes the name of the class as well as the one it writes itself. */
function isRootOf(root: XmlElement, kind: PipelineKind): boolean {
  return root.name === kind.root || root.name === kind.javaClass;
}

function otherKind(what: string): ConflictError {
  return new ConflictError(
    `The item is of another kind (${what}). Take another name, or delete it first. Pipelines of branches are configured by their multibranch pipeline.`,
  );
}

/** Begins a new definition where there is none, or one of another class, which goes as a whole. */
function startDefinition(root: XmlElement, { definition }: PipelineKind): boolean {
  const stored = root.child('definition');
  if (definition === undefined || stored?.attribute('class') === definition.javaClass) return false;
  const started = stored ?? root.add('definition');
  started.text = '';
  started.attributes = ` class="${definition.javaClass}"`;
  for (const [name, text] of Object.entries(definition.blank)) started.add(name).text = text;
  return true;
}

/** What a new definition gets where the specification leaves it open. */
function withDefinitionDefaults(spec: PipelineSpec): PipelineSpec {
  if (spec.kind === 'inline') return { sandbox: true, ...spec };
  return spec.kind === 'scm' ? { scriptPath: 'Jenkinsfile', lightweight: true, ...spec } : spec;
}

/** The paths of the elements that no setting stands for; what is below one is not told. */
function unmanagedIn(holder: XmlElement, managed: ReadonlySet<XmlElement>, path = ''): string[] {
  const siblings = holder.elements;
  const counts = new Map<string, number>();
  for (const { name } of siblings) counts.set(name, (counts.get(name) ?? 0) + 1);
  const seen = new Map<string, number>();
  return siblings.flatMap((element) => {
    const index = seen.get(element.name) ?? 0;
    seen.set(element.name, index + 1);
    const here = `${path}${element.name}${counts.get(element.name) === 1 ? '' : `[${index}]`}`;
    return managed.has(element) ? unmanagedIn(element, managed, `${here}/`) : [here];
  });
}
