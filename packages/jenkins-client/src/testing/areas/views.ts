import { apiJson, submittedForm } from '../api-json.ts';
import type { Area, Call } from '../area.ts';
import { errorPage, notFound, oops } from '../error-pages.ts';
import { empty, redirect } from '../http.ts';
import { classOf, formList } from '../items/form-xml.ts';
import { encodeName } from '../items/item.ts';
import { ownUrl, showItem } from '../items/item-routes.ts';
import { allViewBean, allViewName, listViewBean } from '../items/view-json.ts';
import { element, renderXml } from '../xml.ts';
import { ListView, viewsOf } from './view.ts';

/** List views of the root and of folders, and the view of all that each of them has. */
export const viewsArea: Area = {
  routes: [
    {
      on: 'item',
      method: 'POST',
      path: 'createView',
      handle: (call) => {
        const { item, request, user } = call;
        if (item.kind !== 'root' && item.kind !== 'folder') return undefined;
        user.need('hudson.model.View.Create');
        const name = request.parameter('name');
        if (!name) throw errorPage(400, 'No name is specified', true);
        if (viewsOf(item).has(name) || name === allViewName(item)) {
          throw errorPage(400, `A view already exists with the name "${name}"`, true);
        }
        if (request.parameter('mode') !== 'hudson.model.ListView')
          throw errorPage(400, 'No view type is given', true);
        viewsOf(item).set(name, new ListView(name, item));
        return redirect(`${ownUrl(call)}view/${encodeName(name)}/configure`);
      },
    },
    {
      on: 'item',
      method: 'GET',
      path: 'view/:view/api/json',
      handle: (call) => {
        const { item, request, rootUrl } = call;
        if (call.params['view'] === allViewName(item)) {
          return apiJson(request, allViewBean(item, rootUrl, showItem(call)));
        }
        return apiJson(request, listViewBean(viewOf(call), rootUrl, showItem(call)));
      },
    },
    {
      on: 'item',
      method: 'POST',
      path: 'view/:view/configSubmit',
      handle: (call) => {
        const view = viewOf(call);
        call.user.need('hudson.model.View.Configure');
        configure(view, call);
        return redirect(`${viewUrl(call)}/../${encodeName(view.name)}`);
      },
    },
    {
      on: 'item',
      method: 'GET',
      path: 'view/:view/config.xml',
      handle: (call) => ({
        status: 200,
        headers: { 'content-type': 'application/xml' },
        body: viewXml(viewOf(call)),
      }),
    },
    {
      on: 'item',
      method: 'FORM',
      path: 'view/:view/addJobToView',
      handle: (call) => {
        viewOf(call).jobNames.add(namedJob(call));
        return empty();
      },
    },
    {
      on: 'item',
      method: 'FORM',
      path: 'view/:view/removeJobFromView',
      handle: (call) => {
        viewOf(call).jobNames.delete(namedJob(call));
        return empty();
      },
    },
    {
      on: 'item',
      method: 'FORM',
      path: 'view/:view/doDelete',
      handle: (call) => {
        const { name } = viewOf(call);
        call.user.need('hudson.model.View.Delete');
        viewsOf(call.item).delete(name);
        return redirect(ownUrl(call));
      },
    },
  ],
};

function viewOf({ item, params }: Call): ListView {
  const found = viewsOf(item).get(params['view'] ?? '');
  if (!found) throw notFound();
  return found;
}

function viewUrl(call: Call): string {
  return `${ownUrl(call)}view/${encodeName(call.params['view'] ?? '')}`;
}

/** The item that a request names, as a path below the view's owner. */
function namedJob({ item, request, user }: Call): string {
  user.need('hudson.model.View.Configure');
  const name = request.parameter('name');
  if (name === null) throw errorPage(400, "Query parameter 'name' is required", true);
  if (!item.find(name.split('/'))) {
    throw errorPage(400, "Query parameter 'name' does not correspond to a known item", true);
  }
  return name;
}

/** Flags and columns come from the JSON; name, description, items and pattern from form fields of their own. */
function configure(view: ListView, { item, request }: Call): void {
  const form = submittedForm(request);
  const name = request.parameter('name');
  if (name !== null && name !== view.name) {
    if (viewsOf(item).has(name)) throw errorPage(400, `A view already exists with the name "${name}"`);
    viewsOf(item).delete(view.name);
    view.name = name;
    viewsOf(item).set(name, view);
  }
  view.description = request.parameter('description');
  view.recurse = form['recurse'] === true;
  view.filterExecutors = request.parameter('filterExecutors') !== null;
  view.filterQueue = request.parameter('filterQueue') !== null;
  view.includeRegex =
    request.parameter('useincluderegex') === null ? undefined : patternOf(request.parameter('includeRegex'));
  const status = request.parameter('statusFilter');
  view.statusFilter = status === '1' ? false : status === '2' ? true : undefined;
  view.jobNames.clear();
  for (const field of request.form.keys()) if (field.startsWith('item_')) view.jobNames.add(field.slice(5));
  view.columns = formList(form['columns']).map(classOf);
}

/** A pattern; 500 when it is none. */
function patternOf(text: string | null): string | undefined {
  try {
    const pattern = text === null ? undefined : new RegExp(text);
    return pattern && (text ?? undefined);
  } catch {
    throw oops();
  }
}

function viewXml(view: ListView): string {
  const names = [...view.jobNames].sort().map((name) => element('string', name));
  const text = renderXml(
    element('hudson.model.ListView', [
      element('name', view.name),
      view.description === null ? undefined : element('description', view.description),
      element('filterExecutors', view.filterExecutors),
      element('filterQueue', view.filterQueue),
      element('properties', [], { class: 'hudson.model.View$PropertyList' }),
      element('jobNames', [
        element('comparator', [], { class: 'java.lang.String$CaseInsensitiveComparator' }),
        ...names,
      ]),
      element('jobFilters'),
      element(
        'columns',
        view.columns.map((column) => element(column)),
      ),
      view.includeRegex === undefined ? undefined : element('includeRegex', view.includeRegex),
      element('recurse', view.recurse),
      view.statusFilter === undefined ? undefined : element('statusFilter', !view.statusFilter),
    ]),
  );
  return text.replace(`version='1.1' encoding='UTF-8'`, 'version="1.1" encoding="UTF-8"');
}
