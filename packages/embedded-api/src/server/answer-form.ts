import type { KubeObject } from '../object.ts';
import type { ServedResource } from '../served-resource.ts';
import { jsonText, objectText } from '../storage/object-text.ts';
import { columnDefinitions, toTable } from '../table/table.ts';
import type { IncludeObject } from '../table/table.ts';
import { objectForm } from './event-form.ts';
import type { ObjectForm } from './event-form.ts';
import type { AnswerForm } from './negotiation.ts';
import type { ListResult } from './operation-types.ts';
import { apiVersionOf } from './served-object.ts';

/** How single objects, and those in watch events, are written in the form that was negotiated. */
export function objectFormOf(
  form: AnswerForm,
  resource: ServedResource,
  includeObject: IncludeObject,
): ObjectForm {
  const { as, version } = form;
  if (as === 'Object') return objectForm;
  if (as === 'PartialObjectMetadata') {
    return { key: `${as} ${version}`, text: (object) => jsonText(partial(object, version)) };
  }
  const text = (object: KubeObject): string => {
    const { resourceVersion } = object.metadata;
    const metadata = resourceVersion === undefined ? {} : { resourceVersion };
    return jsonText(toTable(resource, [object], { includeObject, version, metadata, now: new Date() }));
  };
  return { key: `${as} ${version} ${includeObject}`, text };
}

const partial = ({ metadata }: KubeObject, version: string): KubeObject => ({
  kind: 'PartialObjectMetadata',
  apiVersion: `meta.k8s.io/${version}`,
  metadata,
});

// About a hundred kilobytes of typical objects.
const itemsPerPiece = 50;

/** The JSON text of a list, in pieces, so that a long one need not be made at once. */
export function* listPieces(
  form: AnswerForm,
  resource: ServedResource,
  list: ListResult,
  includeObject: IncludeObject,
): Generator<string> {
  const { items, resourceVersion, continue: next, remainingItemCount } = list;
  const metadata = JSON.stringify({ resourceVersion, continue: next, remainingItemCount });
  const head = listHead(form, resource, metadata);
  for (let from = 0; from < items.length || from === 0; from += itemsPerPiece) {
    const some = items.slice(from, from + itemsPerPiece);
    const texts = itemTexts(form, resource, some, includeObject).join(',');
    yield `${from === 0 ? head : ','}${texts}`;
  }
  yield ']}\n';
}

function listHead({ as, version }: AnswerForm, resource: ServedResource, metadata: string): string {
  switch (as) {
    case 'Object':
      return `{"kind":"${resource.listKind}","apiVersion":"${apiVersionOf(resource)}","metadata":${metadata},"items":[`;
    case 'PartialObjectMetadata':
      return `{"kind":"PartialObjectMetadataList","apiVersion":"meta.k8s.io/${version}","metadata":${metadata},"items":[`;
    default: {
      const columns = jsonText(columnDefinitions(resource));
      return `{"kind":"Table","apiVersion":"meta.k8s.io/${version}","metadata":${metadata},"columnDefinitions":${columns},"rows":[`;
    }
  }
}

function itemTexts(
  { as, version }: AnswerForm,
  resource: ServedResource,
  items: readonly KubeObject[],
  includeObject: IncludeObject,
): string[] {
  if (as === 'Object') return items.map(objectText);
  if (as === 'PartialObjectMetadata') return items.map((item) => jsonText(partial(item, version)));
  return toTable(resource, items, { includeObject, version, now: new Date() }).rows.map(jsonText);
}
