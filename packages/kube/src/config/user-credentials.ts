import type { Clock } from '../time/clock.ts';
import { ConfigError } from './cluster-config.ts';
import type { ClientCertificate, Credential, CredentialSource } from './cluster-config.ts';
import type { KubeconfigUser } from './kubeconfig-file.ts';
import { RotatingFile } from './rotating-file.ts';

/** The credentials of a kubeconfig user that are in it or in files it names. Files are read again when they rotate. */
export class UserCredentials implements CredentialSource {
  readonly #user: KubeconfigUser;
  readonly #token: RotatingFile | undefined;
  readonly #cert: RotatingFile | undefined;
  readonly #key: RotatingFile | undefined;

  constructor(user: KubeconfigUser, clock: Clock) {
    this.#user = user;
    const file = (path: string | undefined): RotatingFile | undefined =>
      path ? new RotatingFile(path, clock) : undefined;
    this.#token = file(user.tokenFile);
    this.#cert = user['client-certificate-data'] ? undefined : file(user['client-certificate']);
    this.#key = user['client-key-data'] ? undefined : file(user['client-key']);
  }

  async get(): Promise<Credential> {
    const { username, password = '' } = this.#user;
    const token = this.#token ? await this.#token.read() : this.#user.token;
    const clientCertificate = await this.#certificate();
    return {
      ...(token ? { token } : {}),
      ...(username ? { basic: { username, password } } : {}),
      ...(clientCertificate ? { clientCertificate } : {}),
    };
  }

  refresh(): boolean {
    const files = [this.#token, this.#cert, this.#key].filter((file) => file !== undefined);
    for (const file of files) file.expire();
    return files.length > 0;
  }

  async #certificate(): Promise<ClientCertificate | undefined> {
    const cert = (await this.#cert?.read()) ?? decodeBase64(this.#user['client-certificate-data']);
    const key = (await this.#key?.read()) ?? decodeBase64(this.#user['client-key-data']);
    if (cert === undefined && key === undefined) return undefined;
    if (cert === undefined || key === undefined) {
      const missing = cert === undefined ? 'client-certificate' : 'client-key';
      throw new ConfigError('KubeconfigInvalid', `the kubeconfig user lacks ${missing}: both are needed`);
    }
    return { cert, key };
  }
}

/** The text behind a `*-data` field; undefined when it is absent or empty. */
export function decodeBase64(data: string | undefined): string | undefined {
  return data ? Buffer.from(data, 'base64').toString('utf8') : undefined;
}
