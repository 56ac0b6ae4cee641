/** The kinds of credentials that this client knows by name. */
export type CredentialKind = 'usernamePassword' | 'secretText' | 'sshKey' | 'file' | 'certificate';

/** What all credentials have. */
export interface CredentialBase {
  /** Letters, digits, `_`, `.` and `-`. Without it a new credential gets a random UUID. */
  readonly id?: string | undefined;
  readonly description?: string | undefined;
  /** `GLOBAL` (the default) serves jobs; `SYSTEM` only Jenkins itself, and only from the system store. */
  readonly scope?: 'GLOBAL' | 'SYSTEM' | undefined;
}

/** A user's name with a password. */
export interface UsernamePassword extends CredentialBase {
  readonly kind: 'usernamePassword';
  readonly username: string;
  readonly password: string;
  /** Masks the user's name in logs, too. */
  readonly usernameSecret?: boolean | undefined;
}

/** A token or another secret of one text (plugin plain-credentials). */
export interface SecretText extends CredentialBase {
  readonly kind: 'secretText';
  readonly secret: string;
}

/** A user's name with a private key (plugin ssh-credentials). */
export interface SshKey extends CredentialBase {
  readonly kind: 'sshKey';
  readonly username: string;
  /** The key as PEM or OpenSSH text. */
  readonly privateKey: string;
  readonly passphrase?: string | undefined;
  readonly usernameSecret?: boolean | undefined;
}

/** A file whose content is secret (plugin plain-credentials). */
export interface SecretFile extends CredentialBase {
  readonly kind: 'file';
  readonly fileName: string;
  readonly content: FileContent;
}

/**
 * A certificate with its private key, in one PKCS#12 file, or as two PEM texts. Jenkins opens it before it stores it:
 * ServerFaultError when the password is not the right one, or the texts are none.
 */
export interface Certificate extends CredentialBase {
  readonly kind: 'certificate';
  /** Opens the PKCS#12 file, or the private key. Jenkins may not find the key of a file without one. */
  readonly password?: string | undefined;
  readonly source: { readonly pkcs12: FileContent } | { readonly chain: string; readonly privateKey: string };
}

/**
 * A credential of any other plugin: the name of its Java class, and the fields of its form beside id, description and
 * scope. Objects among the fields name their class in `stapler-class`. KubeSphere's kubeconfig, for example:
 *
 *     { kind: 'custom', class: 'com.microsoft.jenkins.kubernetes.credentials.KubeconfigCredentials', fields: { … } }
 */
export interface CustomCredential extends CredentialBase {
  readonly kind: 'custom';
  readonly class: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A credential to be stored. */
export type CredentialSpec =
  UsernamePassword | SecretText | SshKey | SecretFile | Certificate | CustomCredential;

/** A credential whose id is known. */
export type NamedCredentialSpec = CredentialSpec & { readonly id: string };

/** The content of a file that is sent. */
export type FileContent = Blob | Uint8Array<ArrayBuffer> | string;

/** A credential as Jenkins shows it. No secret can be read back. */
export interface Credential {
  readonly id: string;
  /** Undefined for kinds of other plugins, and when Jenkins answers in another language than English. */
  readonly kind: CredentialKind | undefined;
  /** The name of the type for people, such as `Username with password`. */
  readonly typeName: string;
  readonly displayName: string;
  readonly description: string;
  /** The user's name, when the kind has one and Jenkins shows it in `displayName`. */
  readonly username: string | undefined;
  /** Where it is kept, such as `team/folder/_/github`. */
  readonly fullName: string;
}
