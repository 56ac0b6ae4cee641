import { itemRoute, type ItemPath } from '../address/item-path.ts';
import type { CallOptions, Connection } from '../connection.ts';
import { isJenkinsError } from '../errors.ts';
import { transportable } from '../xml/transportable.ts';

/**
 * The configuration of an item as it is stored; undefined when there is no such item. Throws ForbiddenError for users
 * who may neither configure the item nor read its configuration (Item/ExtendedRead, which masks secrets).
 */
export async function readConfigFile(
  connection: Connection,
  path: ItemPath,
  options: CallOptions,
): Promise<string | undefined> {
  try {
    const response = await connection.request({ ...options, path: itemRoute(path, 'config.xml') });
    return await response.text();
  } catch (error) {
    if (isJenkinsError(error, 'NotFoundOrHidden')) return undefined;
    throw error;
  }
}

/**
 * Replaces the configuration of an item. Jenkins keeps what is sent, known to a plugin or not, written anew by its XML
 * parser (AbstractItem.updateByXml): marks may stand in another way for the same characters. It takes the charset of the
 * request, not the one that the text declares.
 */
export async function writeConfigFile(
  connection: Connection,
  path: ItemPath,
  text: string,
  options: CallOptions,
): Promise<void> {
  const response = await connection.request({
    ...options,
    method: 'POST',
    path: itemRoute(path, 'config.xml'),
    body: { type: 'application/xml; charset=utf-8', text: transportable(text) },
  });
  await response.discard();
}

/** Replaces the configuration of an item by a form. A multibranch pipeline scans then if what it scans changed. */
export async function submitConfigForm(
  connection: Connection,
  path: ItemPath,
  form: Readonly<Record<string, string>>,
  options: CallOptions,
): Promise<void> {
  const response = await connection.request({
    ...options,
    method: 'POST',
    path: itemRoute(path, 'configSubmit'),
    form,
    accept: [302],
  });
  await response.discard();
}
