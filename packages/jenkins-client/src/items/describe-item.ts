import { itemRoute, type ItemPath } from '../address/item-path.ts';
import type { Connection } from '../connection.ts';
import type { Deadline } from '../deadline.ts';
import { NotFoundOrHiddenError } from '../errors.ts';
import { readConfigFile, writeConfigFile } from '../pipelines/config-file.ts';
import { XmlDocument } from '../xml/document.ts';
import { checkStorable } from '../xml/text.ts';
import { classOf, holdsItems } from './item-class.ts';

/**
 * Sets an item's description. What holds items hands the form for it on to the view that it shows first, whose
 * description changes then (AbstractFolder.doSubmitDescription of cloudbees-folder, read in the source), so its
 * configuration is changed instead. Throws InvalidError for text that cannot be stored.
 */
export async function describeItem(
  connection: Connection,
  path: ItemPath,
  description: string,
  deadline: Deadline,
): Promise<void> {
  checkStorable(description, 'description');
  if (!holdsItems(await classOf(connection, path, deadline))) {
    return submitDescription(connection, path, description, deadline);
  }
  const stored = await readConfigFile(connection, path, deadline.left());
  if (stored === undefined) throw new NotFoundOrHiddenError(`${path.join('/')} is gone.`);
  const document = XmlDocument.parse(stored);
  (document.root.child('description') ?? document.root.add('description')).text = description;
  await writeConfigFile(connection, path, document.toString(), deadline.left());
}

/** Sets the description of a job by its own form, which also makes Jenkins write its configuration anew. */
export async function submitDescription(
  connection: Connection,
  path: ItemPath,
  description: string,
  deadline: Deadline,
): Promise<void> {
  const response = await connection.request({
    ...deadline.left(),
    method: 'POST',
    path: itemRoute(path, 'submitDescription'),
    form: { description },
    accept: [302],
    repeatable: true,
  });
  await response.discard();
}
