import { oops } from '../error-pages.ts';
import { isFormObject } from '../items/form-xml.ts';
import { bean, type Bean } from '../tree.ts';
import { element, find, renderXml, textOf, type XmlElement } from '../xml.ts';

const impl = 'com.cloudbees.plugins.credentials.impl';
const plain = 'org.jenkinsci.plugins.plaincredentials.impl';
const ssh = 'com.cloudbees.jenkins.plugins.sshcredentials.impl.BasicSSHUserPrivateKey';

/** What is known of a class of credentials. */
interface CredentialClass {
  readonly typeName: string;
  readonly plugin: string;
  /** The elements of its stored form after the common ones; the secret ones are not told. */
  readonly fields: readonly string[];
  readonly secrets: readonly string[];
  /** What stands before the description in the display name; without it the description stands alone. */
  readonly shown?: (fields: Readonly<Record<string, string>>) => string | undefined;
}

const classes: Readonly<Record<string, CredentialClass>> = {
  [`${impl}.UsernamePasswordCredentialsImpl`]: {
    typeName: 'Username with password',
    plugin: 'credentials@1447.v4cb_b_539b_5321',
    fields: ['username', 'password', 'usernameSecret'],
    secrets: ['password'],
    shown: ({ username, usernameSecret }) =>
      usernameSecret === 'true' ? undefined : `${username ?? ''}/******`,
  },
  [`${plain}.StringCredentialsImpl`]: {
    typeName: 'Secret text',
    plugin: 'plain-credentials@199.v9f8e1f741799',
    fields: ['secret'],
    secrets: ['secret'],
  },
  [`${plain}.FileCredentialsImpl`]: {
    typeName: 'Secret file',
    plugin: 'plain-credentials@199.v9f8e1f741799',
    fields: ['fileName', 'secretBytes'],
    secrets: ['secretBytes'],
    shown: ({ fileName }) => fileName,
  },
  [ssh]: {
    typeName: 'SSH Username with private key',
    plugin: 'ssh-credentials@361.vb_f6760818e8c',
    fields: ['username', 'usernameSecret', 'passphrase', 'privateKey'],
    secrets: ['passphrase', 'privateKey'],
    shown: ({ username, usernameSecret }) => (usernameSecret === 'true' ? undefined : username),
  },
  [`${impl}.CertificateCredentialsImpl`]: {
    typeName: 'Certificate',
    plugin: 'credentials@1447.v4cb_b_539b_5321',
    fields: ['keyStoreSource', 'password'],
    secrets: ['keyStoreSource', 'password'],
  },
};

/** A stored credential. */
export class StoredCredential {
  readonly className: string;
  readonly id: string;
  readonly scope: string;
  readonly description: string;
  /** The fields of its class, secrets and all. */
  readonly fields: Readonly<Record<string, string>>;
  readonly #class: CredentialClass;

  constructor(className: string, { id, scope, description, ...fields }: Readonly<Record<string, string>>) {
    const known = classes[className];
    // A class that no plugin has ends in an exception of the form's binding.
    if (!known) throw oops();
    this.#class = known;
    this.className = className;
    this.id = id || crypto.randomUUID();
    this.scope = scope || 'GLOBAL';
    this.description = description ?? '';
    this.fields = fields;
  }

  /** From a structured form; `files` are the parts beside it, by name. */
  static fromForm(
    form: Readonly<Record<string, unknown>>,
    files: ReadonlyMap<string, { readonly name: string; readonly bytes: Uint8Array }>,
  ): StoredCredential {
    const fields: Record<string, string> = { usernameSecret: String(form['usernameSecret'] === true) };
    for (const [name, value] of Object.entries(form)) {
      const file = typeof value === 'string' ? files.get(value) : undefined;
      if (file)
        Object.assign(fields, {
          fileName: file.name,
          secretBytes: Buffer.from(file.bytes).toString('base64'),
        });
      else if (typeof value === 'string') fields[name] = value;
      else if (typeof value === 'object' && value !== null) fields[name] = JSON.stringify(value);
    }
    const source = form['privateKeySource'];
    if (isFormObject(source) && typeof source['privateKey'] === 'string')
      fields['privateKey'] = source['privateKey'];
    return new StoredCredential(classOf(form), fields);
  }

  /** From its stored form. A user name is secret unless that says otherwise, for old files' sake. */
  static fromXml(root: XmlElement): StoredCredential {
    const names = ['id', 'scope', 'description', ...(classes[root.name]?.fields ?? [])];
    const fields = Object.fromEntries(names.map((name) => [name, textOf(find(root, name)) ?? '']));
    return new StoredCredential(root.name, { ...fields, usernameSecret: fields['usernameSecret'] || 'true' });
  }

  get displayName(): string {
    const shown = this.#class.shown?.(this.fields);
    if (shown === undefined) return this.description || this.id;
    return this.description ? `${shown} (${this.description})` : shown;
  }

  /** As the API shows it; only at the top it names its class. */
  bean(path: string, atTop: boolean): Bean {
    return bean(
      atTop ? 'com.cloudbees.plugins.credentials.CredentialsStoreAction$CredentialsWrapper' : undefined,
      {
        description: () => this.description,
        displayName: () => this.displayName,
        fingerprint: () => null,
        fullName: () => `${path}/${this.id}`,
        id: () => this.id,
        typeName: () => this.#class.typeName,
      },
    );
  }

  /** As it is stored, with its secrets left out. */
  get xml(): string {
    const { fields, secrets, plugin } = this.#class;
    const own = fields.map((name) =>
      element(name, secrets.includes(name) ? [element('secret-redacted')] : (this.fields[name] ?? '')),
    );
    const common = [
      element('scope', this.scope),
      element('id', this.id),
      element('description', this.description),
    ];
    const text = renderXml(element(this.className, [...common, ...own], { plugin }));
    return text.slice(text.indexOf('\n') + 1);
  }
}

/** The class that a structured form names. */
function classOf(form: Readonly<Record<string, unknown>>): string {
  const name = form['$class'] ?? form['stapler-class'];
  return typeof name === 'string' ? name : '';
}
