import { InvalidError } from '../errors.ts';
import type { CredentialSpec, FileContent, NamedCredentialSpec } from './credential.ts';

/** The Java classes, and how their constructors call what we call otherwise. */
const impl = 'com.cloudbees.plugins.credentials.impl';
const plain = 'org.jenkinsci.plugins.plaincredentials.impl';
const ssh = 'com.cloudbees.jenkins.plugins.sshcredentials.impl.BasicSSHUserPrivateKey';

/** A file of a multipart form; the JSON names the part. */
interface FormFile {
  readonly part: string;
  readonly name: string;
  readonly content: FileContent;
}

/** A credential as Jenkins' own form sends it. */
export interface EncodedCredential {
  readonly class: string;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly file?: FormFile;
}

/**
 * The form of a credential. Those of user names with passwords, secret texts, SSH keys and files are proved by
 * recordings; that of certificates is read in the source of credentials (CertificateCredentialsImpl), not tried. Throws
 * InvalidError for an id that Jenkins would keep but not find again, and for a file without a name.
 */
export function encodeCredential(spec: NamedCredentialSpec): EncodedCredential {
  checkCredentialId(spec.id);
  const base = { scope: spec.scope ?? 'GLOBAL', id: spec.id };
  const description = spec.description ?? '';
  switch (spec.kind) {
    case 'usernamePassword': {
      const { username, password } = spec;
      const fields = { ...base, username, password, description, ...hidden(spec.usernameSecret) };
      return { class: `${impl}.UsernamePasswordCredentialsImpl`, fields };
    }
    case 'secretText':
      return {
        class: `${plain}.StringCredentialsImpl`,
        fields: { ...base, secret: spec.secret, description },
      };
    case 'sshKey': {
      const privateKeySource = {
        'stapler-class': `${ssh}$DirectEntryPrivateKeySource`,
        privateKey: spec.privateKey.endsWith('\n') ? spec.privateKey : `${spec.privateKey}\n`,
      };
      const fields = {
        ...base,
        username: spec.username,
        passphrase: spec.passphrase ?? '',
        privateKeySource,
        description,
        ...hidden(spec.usernameSecret),
      };
      return { class: ssh, fields };
    }
    case 'file':
      if (spec.fileName === '') throw new InvalidError('The file of a credential needs a name.');
      return {
        class: `${plain}.FileCredentialsImpl`,
        fields: { ...base, file: 'file0', description },
        file: { part: 'file0', name: spec.fileName, content: spec.content },
      };
    case 'certificate': {
      const certificate = `${impl}.CertificateCredentialsImpl`;
      const { source } = spec;
      const keyStoreSource =
        'pkcs12' in source
          ? { 'stapler-class': `${certificate}$UploadedKeyStoreSource`, uploadedCertFile: 'file0' }
          : {
              'stapler-class': `${certificate}$PEMEntryKeyStoreSource`,
              certChain: source.chain,
              privateKey: source.privateKey,
            };
      const fields = { ...base, description, password: spec.password ?? '', keyStoreSource };
      if (!('pkcs12' in source)) return { class: certificate, fields };
      return {
        class: certificate,
        fields,
        file: { part: 'file0', name: `${spec.id}.p12`, content: source.pkcs12 },
      };
    }
    case 'custom':
      return { class: spec.class, fields: { ...spec.fields, ...base, description } };
    default:
      throw new InvalidError(
        `"${(spec as CredentialSpec).kind}" is no kind of credential: usernamePassword, secretText, sshKey, file, certificate or custom.`,
      );
  }
}

/** Throws InvalidError for an id that Jenkins' form would refuse; its routes do not check. */
function checkCredentialId(id: string): void {
  if (!/^[\w.-]+$/u.test(id) || id === '.' || id === '..') {
    throw new InvalidError(`"${id}" is no id of a credential: use letters, digits, "_", "." and "-".`);
  }
}

function hidden(usernameSecret: boolean | undefined): { usernameSecret?: boolean } {
  return usernameSecret === undefined ? {} : { usernameSecret };
}
