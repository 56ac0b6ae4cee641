import type { CallOptions, Connection } from '../connection.ts';
import { InvalidError } from '../errors.ts';
import { expected } from '../expected.ts';
import { objectOf, textOf, type JsonObject } from '../json-shape.ts';

/** A new API token. Jenkins shows its value this once. */
export interface ApiToken {
  readonly uuid: string;
  readonly name: string;
  readonly value: string;
}

/**
 * The API tokens of one user; only that user and administrators may use these. Jenkins has no JSON that lists tokens,
 * so keep the UUIDs of those that are to be revoked.
 */
export class Tokens {
  readonly #connection: Connection;
  readonly #path: string;

  /** `userPath` is the encoded path of the user. */
  constructor(connection: Connection, userPath: string) {
    this.#connection = connection;
    this.#path = `${userPath}/descriptorByName/jenkins.security.ApiTokenProperty`;
  }

  /** Makes a token. Names need not differ; they are for people. */
  async generate(name: string, options: CallOptions = {}): Promise<ApiToken> {
    const data = objectOf((await this.#post('generateNewToken', { newTokenName: name }, options))['data']);
    return {
      uuid: expected(textOf(data?.['tokenUuid']), 'a new token'),
      name: expected(textOf(data?.['tokenName']), 'a new token'),
      value: expected(textOf(data?.['tokenValue']), 'a new token'),
    };
  }

  /** Gives a token another name; InvalidError when Jenkins refuses it. */
  async rename(uuid: string, name: string, options: CallOptions = {}): Promise<void> {
    await this.#post('rename', { tokenUuid: uuid, newName: name }, options);
  }

  /** Revokes a token. Jenkins answers the same for a token that it does not know: it is gone in either case. */
  async revoke(uuid: string, options: CallOptions = {}): Promise<void> {
    await this.#send('revoke', { tokenUuid: uuid }, options);
  }

  /**
   * Revokes all tokens of the user, or all but one; that which this client uses is among them. Read in the source of
   * Jenkins (ApiTokenProperty.doRevokeAllExcept), not tried.
   */
  async revokeAll(options: CallOptions & { readonly except?: string | undefined } = {}): Promise<void> {
    const { except, ...call } = options;
    if (except === undefined) await this.#send('revokeAll', {}, call);
    else await this.#send('revokeAllExcept', { tokenUuid: except }, call);
  }

  async #send(route: string, form: Readonly<Record<string, string>>, options: CallOptions): Promise<void> {
    const path = `${this.#path}/${route}`;
    const answer = await this.#connection.request({
      ...options,
      method: 'POST',
      path,
      form,
      repeatable: true,
    });
    await answer.discard();
  }

  /** The answer of a route that tells by its `status` whether it did as asked. */
  async #post(
    route: string,
    form: Readonly<Record<string, string>>,
    options: CallOptions,
  ): Promise<JsonObject> {
    const path = `${this.#path}/${route}`;
    const answer = await this.#connection.request({ ...options, method: 'POST', path, form });
    const wire = expected(objectOf(await answer.json()), 'an API token');
    if (wire['status'] === 'ok') return wire;
    throw new InvalidError(
      `Jenkins refused the API token: ${textOf(wire['message']) ?? 'it may not know its UUID, or the name is empty'}.`,
    );
  }
}
