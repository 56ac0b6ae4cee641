import type { Area, Call } from '../area.ts';
import { errorPage, escapeHtml } from '../error-pages.ts';
import { empty, redirect, type Answer } from '../http.ts';
import { Configuration, documentKind } from './configuration.ts';
import { ITEM_CLASSES, Item, type ItemKind } from './item.ts';
import { checkName } from './item-name.ts';
import { postedConfiguration } from './item-routes.ts';

/** Creating and copying items. */
export const createArea: Area = {
  routes: [
    { on: 'item', method: 'FORM', path: 'createItem', handle: createItem },
    { on: 'item', method: 'GET', path: 'checkJobName', handle: checkJobName },
    { on: 'item', method: 'GET', path: 'itemCategories', handle: itemCategories },
  ],
};

/**
 * Makes an item by a class (`mode`), by a document, or as a copy. Forms are answered 302, documents 200. What is missing
 * is told in `X-Error`, what is wrong only in the page.
 */
function createItem(call: Call): Answer | undefined {
  const { item: parent, request, user, world } = call;
  if (parent.kind !== 'root' && parent.kind !== 'folder') return undefined;
  user.need('hudson.model.Item.Create');
  const given = request.parameter('name');
  if (given === null) throw errorPage(400, "Query parameter 'name' is required", true);
  const type = request.headers['content-type'] ?? '';
  const mode = request.parameter('mode');
  const isXml = /^(application|text)\/xml/.test(type);
  if (!isXml && mode === null) throw errorPage(400, 'No mode given', true);
  checkName(given);
  const name = given.trim();
  if (parent.child(name)) throw errorPage(400, `A job already exists with the name ‘${name}’`);
  if (isXml) {
    const config = postedConfiguration(request.body.toString());
    const kind = documentKind(config.document) ?? 'folder';
    parent.children.set(name, new Item(kind, name, parent, config));
    return empty();
  }
  const created = mode === 'copy' ? copyOf(call, name) : itemOfMode(mode ?? '', name, parent);
  parent.children.set(name, created);
  return redirect(`${world.options.prefix}/${created.urlPath}configure`);
}

/** An item with nothing configured; a multibranch pipeline finds nothing until it has a source. */
function itemOfMode(mode: string, name: string, parent: Item): Item {
  const kind = (Object.keys(ITEM_CLASSES) as ItemKind[]).find((one) => ITEM_CLASSES[one] === mode);
  if (kind === undefined || kind === 'root') throw errorPage(400, `No item type ‘${mode}’ is known`);
  return new Item(kind, name, parent, Configuration.empty(kind));
}

/** A copy by a path from the folder, or from the root when it begins with a slash. It is held off until saved. */
function copyOf({ item: parent, request, world }: Call, name: string): Item {
  const from = request.parameter('from') ?? '';
  const names = from.split('/').filter((part) => part !== '');
  const source = from.startsWith('/')
    ? world.root.find(names)
    : (parent.find(names) ?? world.root.find(names));
  if (!source || source.kind === 'root') throw errorPage(400, `No such job: ${from}`, true);
  return deepCopy(source, name, parent);
}

/** A folder is copied with what is in it, each job as if it were copied alone; the jobs of branches are not. */
function deepCopy(source: Item, name: string, parent: Item): Item {
  const copy = new Item(source.kind, name, parent, source.config.copy());
  copy.heldOff = copy.isJob;
  for (const child of source.children.values()) {
    if (!child.branch) copy.children.set(child.name, deepCopy(child, child.name, copy));
  }
  return copy;
}

/** Always 200: what it says stands in HTML, for the form of the web interface. */
function checkJobName({ item, request }: Call): Answer {
  const name = request.parameter('value') ?? '';
  const taken = item.child(name) !== undefined;
  const text = taken
    ? `<div class="error">A job already exists with the name ‘${escapeHtml(name)}’</div>`
    : '<div/>';
  return { status: 200, headers: { 'content-type': 'text/html;charset=UTF-8' }, body: text };
}

/** The classes that can be made; the real catalogue has icons and words for people, too. */
function itemCategories({ user }: Call): Answer {
  user.need('hudson.model.Item.Create');
  const items = (['pipeline', 'folder', 'multibranch', 'freestyle'] as const).map((kind) => ({
    class: ITEM_CLASSES[kind],
    displayName: kind,
  }));
  return {
    status: 200,
    headers: { 'content-type': 'application/json;charset=UTF-8' },
    body: JSON.stringify({
      _class: 'jenkins.model.item_category.Categories',
      categories: [{ id: 'all', items }],
    }),
  };
}
