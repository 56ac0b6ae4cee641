import type {
  BooleanParameterSpec,
  ChoiceParameterSpec,
  CredentialsParameterSpec,
  FileParameterSpec,
  ParameterSpec,
  PasswordParameterSpec,
  RunParameterSpec,
  StringParameterSpec,
  TextParameterSpec,
} from '../spec.ts';
import type { Field, Reading } from './field.ts';
import { group, type Fields } from './group.ts';
import { childFor, flag, secret, text, word } from './leaves.ts';
import { list, type Kind } from './list.ts';
import { mapped, optionalList } from './mapped.ts';
import { item } from './places.ts';
import type { XmlElement } from '../../xml/element.ts';

type Type = ParameterSpec['type'];

const ANY_CREDENTIALS = 'com.cloudbees.plugins.credentials.common.StandardCredentials';

/** What absent settings of a parameter stand for. */
const DEFAULTS = {
  description: '',
  trim: false,
  required: false,
  filter: 'all',
  credentialType: ANY_CREDENTIALS,
};

/** The Java class and the settings of each type of parameter, beside its type. */
const KINDS: { readonly [T in Type]: Kind<ParameterSpec> } = {
  string: kind<StringParameterSpec>('hudson.model.StringParameterDefinition', 'string', {
    default: text('defaultValue'),
    trim: flag('trim'),
  }),
  text: kind<TextParameterSpec>('hudson.model.TextParameterDefinition', 'text', {
    default: text('defaultValue'),
    trim: flag('trim'),
  }),
  boolean: kind<BooleanParameterSpec>('hudson.model.BooleanParameterDefinition', 'boolean', {
    default: flag('defaultValue'),
  }),
  choice: kind<ChoiceParameterSpec>('hudson.model.ChoiceParameterDefinition', 'choice', {
    choices: choices(),
  }),
  // The form's `defaultValue` is ignored; the constructor takes `defaultValueAsSecret`.
  password: kind<PasswordParameterSpec>('hudson.model.PasswordParameterDefinition', 'password', {
    default: secret('defaultValue', 'defaultValueAsSecret'),
  }),
  file: kind<FileParameterSpec>('hudson.model.FileParameterDefinition', 'file', {}),
  run: kind<RunParameterSpec>('hudson.model.RunParameterDefinition', 'run', {
    project: text('projectName'),
    filter: word<NonNullable<RunParameterSpec['filter']>>(
      'filter',
      { all: 'ALL', completed: 'COMPLETED', successful: 'SUCCESSFUL', stable: 'STABLE' },
      'all',
    ),
  }),
  credentials: kind<CredentialsParameterSpec>(
    'com.cloudbees.plugins.credentials.CredentialsParameterDefinition',
    'credentials',
    {
      credentialType: text('credentialType', 'credentialType', ANY_CREDENTIALS),
      default: text('defaultValue'),
      required: flag('required'),
    },
  ),
};

/** All types of parameters. */
export const PARAMETER_TYPES = Object.keys(KINDS);

/** What a start asks for; the property goes with the last parameter. */
export const parameters: Field<readonly ParameterSpec[]> = mapped(
  item(
    'properties',
    'hudson.model.ParametersDefinitionProperty',
    optionalList(
      list('parameterDefinitions', {
        kindOf: (parameter) => KINDS[parameter.type],
        kinds: Object.values(KINDS),
        keyOf: (parameter) => parameter.name,
        foreignKeyOf: (element) => element.child('name')?.text,
      }),
    ),
    { in: 'bag', constants: { specified: true }, shared: true },
  ),
  (values) => (values.length === 0 ? undefined : values),
  (values) => values ?? [],
);

/** What every type of parameter has in common, joined with what one has of its own. */
function kind<T extends ParameterSpec>(
  javaClass: string,
  type: T['type'],
  own: Fields<Omit<T, 'type' | 'name' | 'description'>>,
): Kind<ParameterSpec> {
  const fields = { name: text('name'), description: text('description'), ...own } as unknown as Fields<
    Omit<T, 'type'>
  >;
  const settings = group<Omit<T, 'type'>>(fields, defaultsOf(type));
  const inner = mapped<ParameterSpec, Omit<T, 'type'>>(
    settings,
    (parameter) => parameter as unknown as Omit<T, 'type'>,
    (rest) => {
      const parameter = { type, ...rest } as unknown as ParameterSpec;
      return (isSound(parameter) ? parameter : undefined) as ParameterSpec;
    },
  );
  return { javaClass, inner };
}

/** Whether a stored parameter can be specified at all; another one counts as somebody else's. */
function isSound(parameter: ParameterSpec): boolean {
  return parameter.name.trim() !== '' && (parameter.type !== 'choice' || areChoices(parameter.choices));
}

/** Whether a form can carry choices: it has them as lines, and the last one must not be empty. */
export function areChoices(choices: readonly string[]): boolean {
  return choices.length > 0 && choices.at(-1) !== '' && !choices.some((choice) => /[\r\n]/.test(choice));
}

function defaultsOf(type: Type): object {
  if (type === 'boolean') return { ...DEFAULTS, default: false };
  return type === 'password' ? DEFAULTS : { ...DEFAULTS, default: '' };
}

/** Choices are sent as lines, and stored as a list whose class differs from version to version. */
function choices(): Field<readonly string[]> {
  return {
    encode(values, form) {
      form['choices'] = values.join('\n');
    },
    read(holder, reading: Reading) {
      const child = reading.child(holder, 'choices');
      if (child === undefined) return [];
      reading.manageAll(child);
      return stringsIn(child);
    },
    patch(holder, values) {
      const child = childFor(holder, 'choices');
      if (JSON.stringify(stringsIn(child)) === JSON.stringify(values)) return;
      child.text = '';
      child.attributes = ' class="java.util.Arrays$ArrayList"';
      const array = child.add('a', ' class="string-array"');
      for (const value of values) array.add('string').text = value;
    },
  };
}

function stringsIn(element: XmlElement): string[] {
  return element.elements.flatMap((child) => (child.name === 'string' ? [child.text] : stringsIn(child)));
}
