import { apiJson, submittedForm } from '../api-json.ts';
import type { Area, Call } from '../area.ts';
import { errorPage, oops } from '../error-pages.ts';
import { empty, redirect, type Answer } from '../http.ts';
import { queueItemBean } from '../queue/queue-json.ts';
import type { Bean } from '../tree.ts';
import { missing } from '../users.ts';
import { XmlError } from '../xml.ts';
import { Configuration, documentKind } from './configuration.ts';
import { UnknownClassError } from './form-xml.ts';
import { encodeName, type Item } from './item.ts';
import { itemBean } from './item-json.ts';
import { checkName } from './item-name.ts';
import { startScan } from './scan-routes.ts';
import { MissingFormPartError, submitFolder, submitMultibranch } from './submit-folder.ts';
import { submitPipeline } from './submit-pipeline.ts';
import type { Show } from './view-json.ts';

/** Reading, configuring, enabling, describing and deleting items. Creating them is in `create-routes.ts`. */
export const itemArea: Area = {
  routes: [
    { on: 'item', method: 'GET', path: 'api/json', handle: readItem },
    { on: 'item', method: 'POST', path: 'configSubmit', handle: configSubmit },
    { on: 'item', method: 'GET', path: 'config.xml', handle: readConfig },
    { on: 'item', method: 'POST', path: 'config.xml', handle: postConfig },
    { on: 'item', method: 'FORM', path: 'submitDescription', handle: describe },
    { on: 'item', method: 'FORM', path: 'enable', handle: (call) => setDisabled(call, false) },
    { on: 'item', method: 'FORM', path: 'disable', handle: (call) => setDisabled(call, true) },
    {
      on: 'item',
      method: 'FORM',
      path: 'doDelete',
      handle: (call) => deleteItem(call, redirect(ownUrl(call, call.item.parent))),
    },
    { on: 'item', method: 'DELETE', path: '', handle: (call) => deleteItem(call, empty(204)) },
    { on: 'item', method: 'FORM', path: 'confirmRename', handle: rename },
    { on: 'item', method: 'FORM', path: 'doRename', handle: rename },
    { on: 'item', method: 'FORM', path: 'move/move', handle: move },
  ],
};

/** The path of an item's page, as redirects give it. */
export function ownUrl(call: Call, item: Item | undefined = call.item): string {
  return `${call.world.options.prefix}/${item?.urlPath ?? ''}`;
}

/** An item as this answer shows it, with what waits for it in the queue. */
export function showItem(call: Call): Show {
  const { world, rootUrl } = call;
  const inQueue = (item: Item): Bean | null => {
    const waiting = world.queue.waiting.find((one) => one.task === item);
    return waiting ? queueItemBean(waiting, rootUrl) : null;
  };
  return (item) => itemBean(item, rootUrl, inQueue);
}

function readItem(call: Call): Answer | undefined {
  if (call.item.kind === 'root') return undefined;
  return apiJson(call.request, showItem(call)(call.item));
}

/**
 * Replaces the configuration by what the form holds. Saving makes a copy buildable, and a multibranch pipeline is scanned
 * at once when its sources or its factory changed (MultiBranchProject.submit, read in the source). A wrong form is an exception inside Jenkins, which tells nothing.
 */
function configSubmit(call: Call): Answer | undefined {
  const { item, request } = call;
  if (item.kind === 'root' || item.kind === 'freestyle') return undefined;
  needConfigure(call);
  const form = submittedForm(request);
  const before = item.config.scanned;
  try {
    const document =
      item.kind === 'folder'
        ? submitFolder(form)
        : item.kind === 'multibranch'
          ? submitMultibranch(form)
          : submitPipeline(item.config.document, form, request);
    item.config = Configuration.of(document);
  } catch (error) {
    if (!(error instanceof UnknownClassError || error instanceof MissingFormPartError)) throw error;
    // The description was taken over before the rest failed.
    if (item.isJob)
      item.config.set('description', request.parameter('description') ?? undefined, ['actions']);
    throw oops();
  }
  item.heldOff = false;
  if (item.kind !== 'multibranch' || !item.buildable || item.config.scanned === before) {
    return redirect(ownUrl(call));
  }
  startScan(call.world, item, `Started by user ${call.user.fullName}`);
  return redirect(`${ownUrl(call)}indexing/console`);
}

/** Needs Configure; the real server takes Extended Read, too, where that is switched on. */
function readConfig(call: Call): Answer | undefined {
  if (call.item.kind === 'root') return undefined;
  call.user.need('hudson.model.Item.Configure');
  return { status: 200, headers: { 'content-type': 'application/xml' }, body: call.item.config.text };
}

/** Stores a document with all that it holds, known or not. It must be of the same kind of item. */
function postConfig(call: Call): Answer | undefined {
  const { item, request } = call;
  if (item.kind === 'root') return undefined;
  needConfigure(call);
  item.config = postedConfiguration(request.body.toString(), item.kind);
  item.heldOff = false;
  return empty();
}

/** A posted document of a kind, or of any; 500 when it is not well-formed or its root is unknown. */
export function postedConfiguration(text: string, kind?: Item['kind']): Configuration {
  try {
    const config = Configuration.posted(text);
    const found = documentKind(config.document);
    if (found === undefined || (kind !== undefined && found !== kind)) throw oops();
    return config;
  } catch (error) {
    if (error instanceof XmlError) throw oops();
    throw error;
  }
}

/**
 * Writes the description into the document, and the document anew. What holds items hands it on to the view of all, whose
 * description nothing shows here (AbstractFolder.doSubmitDescription, read in the source).
 */
function describe(call: Call): Answer | undefined {
  if (call.item.kind === 'root') return undefined;
  needConfigure(call);
  if (!call.item.isJob) return redirect(ownUrl(call));
  call.item.config.set('description', call.request.parameter('description') ?? '', ['actions']);
  call.item.heldOff = false;
  return redirect(ownUrl(call));
}

/** Folders cannot be disabled; Jenkins does not say so (AbstractFolder.makeDisabled, read in the source). */
function setDisabled(call: Call, disabled: boolean): Answer | undefined {
  if (call.item.kind === 'root') return undefined;
  needConfigure(call);
  if (call.item.kind !== 'folder') call.item.config.set('disabled', disabled, ['triggers']);
  return redirect(ownUrl(call));
}

/** The job of a branch is its project's: not even an administrator configures it, or deletes it while it lives. */
function needConfigure({ item, user }: Call): void {
  user.need('hudson.model.Item.Configure');
  if (item.branch) throw missing(user.name, 'hudson.model.Item.Configure');
}

/** Deletes an item and all below it: what waits is cancelled, what runs is killed. */
function deleteItem({ item, user, world }: Call, answer: Answer): Answer | undefined {
  if (!item.parent) return undefined;
  user.need('hudson.model.Item.Delete');
  if (item.branch && !item.branch.orphaned) throw missing(user.name, 'hudson.model.Item.Delete');
  for (const waiting of world.queue.waiting) if (waiting.task === item) world.queue.cancel(waiting.id);
  for (const build of world.runningBuilds) {
    if (build.job.path.slice(0, item.path.length).join('/') === item.fullName) build.kill();
  }
  item.parent.children.delete(item.name);
  return answer;
}

/** Both routes answer with a path that goes up and down again. */
function rename(call: Call): Answer | undefined {
  const { item, request } = call;
  const name = (request.parameter('newName') ?? '').trim();
  if (!item.parent) return undefined;
  call.user.need('hudson.model.Item.Configure');
  checkName(name);
  if (name === item.name) throw errorPage(400, 'The new name is the same as the current name.');
  if (item.parent.child(name)) throw errorPage(400, `The name “${name}” is already in use.`);
  const old = ownUrl(call);
  item.parent.children.delete(item.name);
  item.name = name;
  item.parent.children.set(name, item);
  return redirect(`${old}../${encodeName(name)}`);
}

function move(call: Call): Answer | undefined {
  const { item, request, world } = call;
  const destination = request.parameter('destination') ?? '';
  if (!item.parent) return undefined;
  call.user.need('hudson.model.Item.Delete');
  const target = world.root.find(destination.split('/').filter((name) => name !== ''));
  // Jenkins sends back to where the form was, without a word (RelocationAction.doMove, read in the source).
  const taken = target?.child(item.name) !== undefined;
  const inside = `${target?.fullName}/`.startsWith(`${item.fullName}/`);
  if (taken || inside || (target?.kind !== 'folder' && target?.kind !== 'root'))
    return redirect(`${ownUrl(call)}move/.`);
  item.parent.children.delete(item.name);
  item.parent = target;
  target.children.set(item.name, item);
  return redirect(ownUrl(call));
}
