import { bean, type Bean } from '../tree.ts';
import { elements, find, textOf, type XmlElement } from '../xml.ts';

const PACKAGE = 'hudson.model.';

/** A parameter of a job, as its configuration defines it. */
export interface ParameterDefinition {
  readonly name: string;
  /** The class name without its package: `StringParameterDefinition`. */
  readonly type: string;
  readonly description: string | null;
  readonly default: string | boolean | undefined;
  readonly choices: readonly string[] | undefined;
}

/** The value of a parameter in a build or queue item. */
export interface ParameterValue {
  readonly name: string;
  readonly type: string;
  readonly value: string | boolean;
}

/** A parameter got a value that it does not take, such as a choice that is none; Jenkins answers 500. */
export class ParameterError extends Error {}

/** The parameters in the properties of a job. */
export function readParameters(property: XmlElement | undefined): readonly ParameterDefinition[] {
  return elements(find(property, 'parameterDefinitions')).map((definition) => {
    const type = definition.name.slice(definition.name.lastIndexOf('.') + 1);
    const choices =
      type === 'ChoiceParameterDefinition' ? readChoices(find(definition, 'choices')) : undefined;
    const text = textOf(find(definition, 'defaultValue'));
    return {
      name: textOf(find(definition, 'name')) ?? '',
      type,
      description: textOf(find(definition, 'description')) ?? null,
      default:
        type === 'BooleanParameterDefinition'
          ? text === 'true'
          : type === 'ChoiceParameterDefinition'
            ? choices?.[0]
            : text,
      choices,
    };
  });
}

/** Choices stand either in a list or in an array inside one. */
function readChoices(node: XmlElement | undefined): readonly string[] {
  return elements(find(node, 'a') ?? node).map((choice) => textOf(choice) ?? '');
}

/** The value that a text from a form gives; ParameterError for a choice that is none. */
export function valueOf(definition: ParameterDefinition, given: unknown): ParameterValue {
  const { name, type, choices } = definition;
  if (type === 'BooleanParameterDefinition')
    return { name, type, value: given === true || given === 'true' || given === 'on' };
  const value = typeof given === 'string' ? given : JSON.stringify(given);
  if (choices && !choices.includes(value))
    throw new ParameterError(`Illegal choice for parameter ${name}: ${value}`);
  return { name, type, value };
}

/** The default value; a password without a default has an empty one. */
export function defaultOf(definition: ParameterDefinition): ParameterValue {
  const { name, type } = definition;
  const fallback = type === 'BooleanParameterDefinition' ? false : '';
  const value = definition.default ?? fallback;
  return { name, type, value: type === 'PasswordParameterDefinition' ? decryptSecret(String(value)) : value };
}

/** A definition as the API shows it. */
export function definitionBean(definition: ParameterDefinition): Bean {
  const { name, type, description, choices } = definition;
  return bean(
    `${PACKAGE}${type}`,
    {
      defaultParameterValue: () => valueBean(defaultOf(definition)),
      description: () => description,
      name: () => name,
      type: () => type,
      ...(choices && { choices: () => choices }),
    },
    9,
  );
}

/** A value as the API shows it; the value of a password is never shown. */
export function valueBean(value: ParameterValue): Bean {
  const kind =
    value.type === 'ChoiceParameterDefinition' ? 'String' : value.type.replace('ParameterDefinition', '');
  const secret = value.type === 'PasswordParameterDefinition';
  const file = value.type === 'FileParameterDefinition';
  return bean(
    `${PACKAGE}${kind}ParameterValue`,
    { name: () => value.name, ...(!secret && !file && { value: () => value.value }) },
    9,
  );
}

/** A secret as Jenkins keeps it in documents: in braces, not readable at a glance. No encryption: this is a fake. */
export function encryptSecret(text: string): string {
  return text.startsWith('{') && text.endsWith('}')
    ? text
    : `{AQAAABAAAAAQ${Buffer.from(text).toString('base64')}}`;
}

/** The text of a secret; one that is in plain text stands for itself. */
export function decryptSecret(text: string): string {
  const match = /^\{AQAAABAAAAAQ([A-Za-z0-9+/=]*)\}$/.exec(text);
  return match?.[1] === undefined ? text : Buffer.from(match[1], 'base64').toString();
}
