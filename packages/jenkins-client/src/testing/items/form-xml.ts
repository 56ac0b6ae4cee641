import { element, type XmlElement } from '../xml.ts';

/** A structured form: what the field `json` holds. */
export type FormObject = Readonly<Record<string, unknown>>;

/** The form names a class that no plugin has; Jenkins answers 500. */
export class UnknownClassError extends Error {}

/** Whether a value of a form is an object. */
export function isFormObject(value: unknown): value is FormObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The class that a form object names. */
export function classOf(form: FormObject): string {
  const name = form['stapler-class'] ?? form['$class'];
  return typeof name === 'string' ? name : '';
}

/** A simple value of a form as text; empty for what is no simple value. */
export function textIn(form: FormObject, name: string): string {
  return simpleText(form[name]);
}

function simpleText(value: unknown): string {
  return typeof value === 'string'
    ? value
    : typeof value === 'number' || typeof value === 'boolean'
      ? `${value}`
      : '';
}

/** A text of a form; undefined when absent or empty. */
export function optionalText(form: FormObject, name: string): string | undefined {
  const value = form[name];
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** `<name>text</name>` when the form has such a text. */
export function optionalElement(form: FormObject, field: string, name = field): XmlElement | undefined {
  const text = optionalText(form, field);
  return text === undefined ? undefined : element(name, text);
}

/** The objects in a field that holds one or a list of them. */
export function formList(value: unknown): readonly FormObject[] {
  const list = Array.isArray(value) ? (value as readonly unknown[]) : value === undefined ? [] : [value];
  return list.filter(isFormObject);
}

/** An object of a class that the fake knows only by name: its fields in the order of the form. */
export function boundElement(name: string, form: FormObject, asAttribute: boolean): XmlElement {
  const type = classOf(form);
  const fields = Object.entries(form).filter(([key]) => key !== 'stapler-class' && key !== '$class');
  const children = fields
    .map(([key, value]) => boundField(key, value))
    .filter((child) => child !== undefined);
  return element(name, children, asAttribute ? { class: type } : {});
}

function boundField(key: string, value: unknown): XmlElement | undefined {
  if (value === null || value === undefined) return undefined;
  if (Array.isArray(value)) {
    const items = (value as readonly unknown[]).map((one) =>
      isFormObject(one)
        ? boundElement(classOf(one) || 'entry', one, false)
        : element('string', simpleText(one)),
    );
    return element(key, items);
  }
  if (isFormObject(value)) return boundElement(key, value, classOf(value) !== '');
  return element(key, simpleText(value));
}
