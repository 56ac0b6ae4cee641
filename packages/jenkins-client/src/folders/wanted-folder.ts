import { ConflictError } from '../errors.ts';
import { Reading } from '../pipelines/config/field.ts';
import { folder, folderForm } from '../pipelines/config/multibranch.ts';
import { given } from '../pipelines/given.ts';
import type { Wanted } from '../pipelines/wanted.ts';
import { XmlDocument } from '../xml/document.ts';
import type { XmlElement } from '../xml/element.ts';
import { checkStorable } from '../xml/text.ts';

/** What a folder shall be. Settings that are absent stay as they are. */
export interface FolderSpec {
  /** Shown on the folder's page. */
  readonly description?: string | undefined;
  /** Shown in place of the name; `null` for the name itself. */
  readonly displayName?: string | null | undefined;
}

const FOLDER_CLASS = 'com.cloudbees.hudson.plugins.folder.Folder';
const ICON = 'com.cloudbees.hudson.plugins.folder.icons.StockFolderIcon';

/** A folder, for applying. Throws InvalidError for text that cannot be stored. */
export function wantedFolder(settings: FolderSpec): Wanted {
  const spec = given(settings);
  checkStorable(spec.description ?? '', 'description');
  checkStorable(spec.displayName ?? '', 'displayName');
  return {
    javaClass: FOLDER_CLASS,
    blank: `<${FOLDER_CLASS}/>`,
    secrets: [],
    complete: () => wantedFolder({ description: '', displayName: null, ...spec }),
    formOver(stored) {
      const form = { enable: true, ...folderForm(ICON) };
      folder.encode({ ...stored, ...spec }, form);
      return { json: JSON.stringify(form) };
    },
    patch(text) {
      const document = parseFolder(text);
      folder.patchGiven(document.root, spec, { rewriteSecrets: false, secretWritten: () => undefined });
      return { text: document.toString(), secretWritten: false };
    },
    read(text) {
      const { root } = parseFolder(text);
      const reading = new Reading();
      const stored = folder.readAll(root, reading);
      return { spec: stored, unmanaged: foreign(root, reading), unreadable: [] };
    },
    needsScan: () => false,
  };
}

function parseFolder(text: string): XmlDocument {
  const document = XmlDocument.parse(text);
  if (document.root.name === FOLDER_CLASS) return document;
  throw new ConflictError(
    `The item is no folder (${document.root.name}). Take another name, or delete it first.`,
  );
}

/** Properties hold what others keep in a folder, its credentials first of all. */
function foreign(root: XmlElement, reading: Reading): string[] {
  return root.elements.filter((element) => !reading.managed.has(element)).map(({ name }) => name);
}
