import type { KubeObject } from '../object.ts';
import type { ServedResource } from '../served-resource.ts';
import type { StatusCause } from '../status-error.ts';
import { nameRule } from './kind-rules.ts';
import { nameProblems } from './object-name.ts';

const qualifiedName = /^([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]$/;
const prefix = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const labelValue = /^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$/;
const maxAnnotationBytes = 256 * 1024;

const qualifiedNameText =
  "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric " +
  "character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is " +
  "'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const labelValueText =
  "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and " +
  "end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is " +
  "'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";

const wrong = (field: string, value: unknown, why: string): StatusCause => ({
  reason: 'FieldValueInvalid',
  field,
  message: `Invalid value: ${JSON.stringify(value)}: ${why}`,
});
const required = (field: string, why: string): StatusCause => ({
  reason: 'FieldValueRequired',
  field,
  message: why ? `Required value: ${why}` : 'Required value',
});

/** What is wrong with the metadata of an object that is to be stored, whatever its kind. */
export function metadataProblems({ metadata }: KubeObject, resource: ServedResource): StatusCause[] {
  const causes: StatusCause[] = [];
  if (!metadata.name) causes.push(required('metadata.name', 'name or generateName is required'));
  else {
    for (const why of nameProblems(metadata.name, nameRule(resource))) {
      causes.push(wrong('metadata.name', metadata.name, why));
    }
  }
  for (const [key, value] of Object.entries(metadata.labels ?? {})) {
    causes.push(...keyProblems('metadata.labels', key));
    if (value.length > 63) {
      causes.push(wrong('metadata.labels', value, 'must be no more than 63 characters'));
    } else if (!labelValue.test(value)) causes.push(wrong('metadata.labels', value, labelValueText));
  }
  let annotationBytes = 0;
  for (const [key, value] of Object.entries(metadata.annotations ?? {})) {
    causes.push(...keyProblems('metadata.annotations', key.toLowerCase()));
    annotationBytes += Buffer.byteLength(key) + Buffer.byteLength(value);
  }
  if (annotationBytes > maxAnnotationBytes) {
    causes.push({
      reason: 'FieldValueTooLong',
      field: 'metadata.annotations',
      message: `Too long: may not be more than ${maxAnnotationBytes} bytes`,
    });
  }
  for (const finalizer of metadata.finalizers ?? [])
    causes.push(...keyProblems('metadata.finalizers', finalizer));
  return [...causes, ...ownerProblems(metadata)];
}

/** What is wrong with the change of an object's metadata. */
export function metadataUpdateProblems(next: KubeObject, old: KubeObject): StatusCause[] {
  if (!old.metadata.deletionTimestamp) return [];
  const before = new Set(old.metadata.finalizers);
  const added = (next.metadata.finalizers ?? []).filter((finalizer) => !before.has(finalizer));
  if (added.length === 0) return [];
  const list = added.map((finalizer) => JSON.stringify(finalizer)).join(', ');
  return [
    {
      reason: 'FieldValueForbidden',
      field: 'metadata.finalizers',
      message:
        'Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers ' +
        `[]string{${list}}`,
    },
  ];
}

function keyProblems(field: string, key: string): StatusCause[] {
  const slash = key.indexOf('/');
  const name = key.slice(slash + 1);
  if (slash === 0) return [wrong(field, key, 'prefix part must be non-empty')];
  if (slash > 0 && !prefix.test(key.slice(0, slash))) {
    return [
      wrong(
        field,
        key,
        `prefix part ${nameProblems(key.slice(0, slash))[0] ?? 'must be a lowercase subdomain'}`,
      ),
    ];
  }
  if (name === '') return [wrong(field, key, 'name part must be non-empty')];
  if (name.length > 63) return [wrong(field, key, 'name part must be no more than 63 characters')];
  return qualifiedName.test(name) ? [] : [wrong(field, key, qualifiedNameText)];
}

function ownerProblems({ ownerReferences: owners = [] }: KubeObject['metadata']): StatusCause[] {
  const causes: StatusCause[] = [];
  owners.forEach((owner, index) => {
    const at = `metadata.ownerReferences[${index}]`;
    if (!owner.apiVersion)
      causes.push(wrong(`${at}.apiVersion`, owner.apiVersion, 'version must not be empty'));
    if (!owner.kind) causes.push(wrong(`${at}.kind`, owner.kind, 'kind must not be empty'));
    if (!owner.name) causes.push(wrong(`${at}.name`, owner.name, 'name must not be empty'));
    if (!owner.uid) causes.push(wrong(`${at}.uid`, owner.uid, 'uid must not be empty'));
  });
  const controllers = owners.filter((owner) => owner.controller);
  if (controllers.length > 1) {
    const names = controllers.map(({ name }) => name);
    causes.push(
      wrong(
        'metadata.ownerReferences',
        names,
        `Only one reference can have Controller set to true. Found "true" in references for ${names[0]} and ${names[1]}`,
      ),
    );
  }
  return causes;
}
