import { segment } from '../address/segment.ts';
import type { CallOptions, Connection } from '../connection.ts';
import { Deadline } from '../deadline.ts';
import { ConflictError, InvalidError, isJenkinsError } from '../errors.ts';
import { expected } from '../expected.ts';
import { objectOf, objectsOf, textOf } from '../json-shape.ts';
import { Tokens } from './tokens.ts';

/** A user as Jenkins knows it: from its own accounts, or from where people log in. */
export interface User {
  readonly id: string;
  readonly fullName: string;
  readonly description: string | undefined;
  /** From the plugin mailer, when it is there and the caller may see it. */
  readonly email: string | undefined;
}

/** An account of Jenkins' own user database. */
export interface AccountSpec {
  readonly id: string;
  readonly password: string;
  readonly fullName?: string | undefined;
  /** The plugin mailer wants one; `id@localhost` unless given. */
  readonly email?: string | undefined;
}

/** The users of the server. Jenkins has no route in its core that lists them. */
export class Users {
  readonly #connection: Connection;

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** A user; NotFoundOrHiddenError when Jenkins never met it. */
  async get(id: string, options: CallOptions = {}): Promise<User> {
    return this.#get(`user/${segment(id, 'id of a user')}`, options);
  }

  /** The user who asks. */
  async me(options: CallOptions = {}): Promise<User> {
    return this.#get('me', options);
  }

  /** The API tokens of a user, or without an id those of the user who asks. No request. */
  tokens(id?: string): Tokens {
    return new Tokens(this.#connection, id === undefined ? 'me' : `user/${segment(id, 'id of a user')}`);
  }

  /**
   * Makes an account in Jenkins' own user database: ConflictError when the id is known, NotFoundOrHiddenError when
   * people log in elsewhere, InvalidError when Jenkins refuses the form. Takes the permission to administer.
   */
  async create(account: AccountSpec, options: CallOptions = {}): Promise<User> {
    const deadline = new Deadline(this.#connection.clock, options);
    const { id, password, fullName = id, email = `${id}@localhost` } = account;
    if (await this.#known(id, deadline.left())) {
      throw new ConflictError(`There is a user "${id}" already. Choose another id.`);
    }
    const fields = { username: id, password1: password, password2: password, fullname: fullName, email };
    const json = { ...fields, $redact: ['password1', 'password2'] };
    const answer = await this.#connection.request({
      ...deadline.left(),
      method: 'POST',
      path: 'securityRealm/createAccountByAdmin',
      form: { ...fields, json: JSON.stringify(json) },
      accept: [200, 302],
    });
    await answer.discard();
    // A refused form is shown again, as a page.
    if (answer.status === 200) {
      throw new InvalidError(
        `Jenkins refused the account "${id}". Check the characters of the id, the e-mail address, and that the password is not empty.`,
      );
    }
    return this.get(id, deadline.left());
  }

  /** Forgets a user: its account, tokens and settings. NotFoundOrHiddenError when there is none. */
  async delete(id: string, options: CallOptions = {}): Promise<void> {
    const path = `user/${segment(id, 'id of a user')}/doDelete`;
    const answer = await this.#connection.request({ ...options, method: 'POST', path, accept: [302] });
    await answer.discard();
  }

  async #known(id: string, options: CallOptions): Promise<boolean> {
    try {
      await this.get(id, options);
      return true;
    } catch (error) {
      if (isJenkinsError(error, 'NotFoundOrHidden')) return false;
      throw error;
    }
  }

  async #get(path: string, options: CallOptions): Promise<User> {
    const answer = await this.#connection.request({ ...options, path: `${path}/api/json` });
    const wire = expected(objectOf(await answer.json()), 'a user');
    const id = expected(textOf(wire['id']), 'the id of a user');
    const mail = objectsOf(wire['property']).find(
      (one) => one['_class'] === 'hudson.tasks.Mailer$UserProperty',
    );
    return {
      id,
      fullName: textOf(wire['fullName']) ?? id,
      description: textOf(wire['description']),
      email: textOf(mail?.['address']),
    };
  }
}
