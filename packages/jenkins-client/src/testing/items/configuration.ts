import type { ItemKind } from './item.ts';
import { elements, find, parseXml, renderXml, setChild, element, textOf, type XmlElement } from '../xml.ts';

/** The elements of documents, with the plugins that wrote them on the recorded server. */
const DOCUMENTS: Readonly<Record<Exclude<ItemKind, 'root'>, readonly [name: string, plugin?: string]>> = {
  folder: ['com.cloudbees.hudson.plugins.folder.Folder', 'cloudbees-folder@6.1040.v8a_e6330a_54e3'],
  pipeline: ['flow-definition', 'workflow-job@1546.v62a_c59c112dd'],
  multibranch: [
    'org.jenkinsci.plugins.workflow.multibranch.WorkflowMultiBranchProject',
    'workflow-multibranch@811.vcd33d074c2a_0',
  ],
  freestyle: ['project'],
};

/** The kind of item that a document is about; undefined when no plugin knows its root element. */
export function documentKind(document: XmlElement): ItemKind | undefined {
  const kinds = Object.entries(DOCUMENTS) as [Exclude<ItemKind, 'root'>, readonly string[]][];
  return kinds.find(([, [name]]) => name === document.name)?.[0];
}

/**
 * The configuration of an item. Its truth is the XML document, so that what no form knows survives, as on a server
 * that has the plugin; all else is read from it.
 */
export class Configuration {
  #document: XmlElement;
  #text: string;

  private constructor(document: XmlElement, text: string) {
    this.#document = document;
    this.#text = text;
  }

  /** The document of an item that was just created. */
  static empty(kind: Exclude<ItemKind, 'root'>): Configuration {
    const [name, plugin] = DOCUMENTS[kind];
    const children =
      kind === 'pipeline'
        ? [element('keepDependencies', false), element('properties')]
        : [element('properties')];
    const closing = kind === 'folder' ? [] : [element('triggers'), element('disabled', false)];
    const document = element(name, [...children, ...closing], plugin === undefined ? {} : { plugin });
    return new Configuration(document, renderXml(document));
  }

  /** A posted document: kept as it is, behind a new declaration. Throws XmlError when it is not well-formed. */
  static posted(text: string): Configuration {
    const document = parseXml(text);
    return new Configuration(
      document,
      `<?xml version="1.0" encoding="UTF-8"?>${text.replace(/^\s*<\?xml[^>]*\?>\s*/, '')}`,
    );
  }

  /** A document made by a form. */
  static of(document: XmlElement): Configuration {
    return new Configuration(document, renderXml(document));
  }

  copy(): Configuration {
    return new Configuration(parseXml(this.#text), this.#text);
  }

  /** What `config.xml` answers. */
  get text(): string {
    return this.#text;
  }

  get document(): XmlElement {
    return this.#document;
  }

  /** Changes one top-level element, as the small forms do; Jenkins then writes the whole document anew. */
  set(name: string, value: string | boolean | undefined, after: readonly string[] = []): void {
    setChild(this.#document, name, value === undefined ? undefined : element(name, value), after);
    this.#text = renderXml(this.#document);
  }

  get description(): string | null {
    return textOf(find(this.#document, 'description')) ?? null;
  }

  get displayName(): string | undefined {
    return textOf(find(this.#document, 'displayName'));
  }

  get disabled(): boolean {
    return textOf(find(this.#document, 'disabled')) === 'true';
  }

  get properties(): readonly XmlElement[] {
    return elements(find(this.#document, 'properties'));
  }

  property(name: string): XmlElement | undefined {
    return this.properties.find((one) => one.name === name);
  }

  get concurrent(): boolean {
    return !this.property('org.jenkinsci.plugins.workflow.job.properties.DisableConcurrentBuildsJobProperty');
  }

  /** The script of an inline pipeline. */
  get script(): string | undefined {
    return textOf(find(this.#document, 'definition', 'script'));
  }

  /** The path of the Jenkinsfile of a pipeline from SCM, a branch, or a multibranch pipeline. */
  get scriptPath(): string | undefined {
    return textOf(
      find(this.#document, 'definition', 'scriptPath') ?? find(this.#document, 'factory', 'scriptPath'),
    );
  }

  /** The token of the remote trigger. */
  get authToken(): string | undefined {
    return textOf(find(this.#document, 'authToken'));
  }

  /** How many builds to keep; undefined for all. */
  get buildsToKeep(): number | undefined {
    const strategy = find(this.property('jenkins.model.BuildDiscarderProperty'), 'strategy', 'numToKeep');
    const count = Number(textOf(strategy) ?? -1);
    return count > 0 ? count : undefined;
  }

  /** The branch sources of a multibranch pipeline. */
  get sources(): readonly XmlElement[] {
    const sources = elements(find(this.#document, 'sources', 'data'));
    return sources.map((one) => find(one, 'source')).filter((one) => one !== undefined);
  }

  /** What a scan of a multibranch pipeline goes by, to tell whether it changed. */
  get scanned(): string {
    const parts = [find(this.#document, 'sources'), find(this.#document, 'factory')];
    return parts.map((part) => (part === undefined ? '' : renderXml(part))).join('');
  }

  /** What happens to the jobs of branches that are gone: pruned, or kept as orphans. */
  get prunesDeadBranches(): boolean {
    const strategy = find(this.#document, 'orphanedItemStrategy');
    return strategy === undefined || textOf(find(strategy, 'pruneDeadBranches')) === 'true';
  }
}
