import { segment } from '../address/segment.ts';
import type { CallOptions, Connection, JenkinsRequest, JenkinsResponse } from '../connection.ts';
import { AppliedDifferentlyError, ConflictError, isJenkinsError, NotFoundOrHiddenError } from '../errors.ts';
import { expected, expectedObjects } from '../expected.ts';
import { objectOf, type JsonObject } from '../json-shape.ts';
import { Deadline } from '../deadline.ts';
import type { Credential, CredentialSpec, NamedCredentialSpec } from './credential.ts';
import { CredentialDomains } from './credential-domains.ts';
import { encodeCredential, type EncodedCredential } from './encode-credential.ts';
import { readCredential } from './read-credential.ts';

const pageSize = 200;

/** The credentials of one domain of one store. All methods throw NotFoundOrHiddenError without the right to see it. */
export class CredentialStore {
  /** The domains of the whole store. */
  readonly domains: CredentialDomains;
  readonly #connection: Connection;
  readonly #path: string;

  /** `storePath` is the encoded path of the store; `_` is the domain without restrictions. */
  constructor(connection: Connection, storePath: string, domain: string) {
    this.#connection = connection;
    this.domains = new CredentialDomains(connection, storePath);
    this.#path = `${storePath}/domain/${segment(domain, 'name of a domain')}`;
  }

  /** All credentials of the domain, read in pages. */
  async *list(options: CallOptions = {}): AsyncIterable<Credential> {
    const deadline = new Deadline(this.#connection.clock, options);
    for (let from = 0; ; from += pageSize) {
      const fields = 'id,typeName,displayName,description,fullName';
      const page = await this.#json('api/json', deadline.left(), {
        tree: `credentials[${fields}]{${from},${from + pageSize}}`,
      });
      const found = expectedObjects(page['credentials'], 'the credentials of a domain');
      yield* found.map(readCredential);
      if (found.length < pageSize) return;
    }
  }

  /** One credential, without its secrets; NotFoundOrHiddenError when there is none. */
  async get(id: string, options: CallOptions = {}): Promise<Credential> {
    return readCredential(
      await this.#json(`credential/${segment(id, 'id of a credential')}/api/json`, options),
    );
  }

  /**
   * Stores a new credential and gives it back as Jenkins shows it. Jenkins answers a taken id like a success and keeps
   * the old one, so this looks before and after: ConflictError when the id is taken.
   *
   * Looking cannot tell two creators of the same moment apart who use the same id, kind, user name and description.
   * `exclusive` can: it stores a mark in the description, looks whose mark was kept, and then writes the real
   * description, for which the user also needs the permission to update credentials.
   */
  async create(
    spec: CredentialSpec,
    options: CallOptions & { exclusive?: boolean | undefined } = {},
  ): Promise<Credential> {
    const deadline = new Deadline(this.#connection.clock, options);
    const wanted = { ...spec, id: spec.id ?? crypto.randomUUID() };
    const encoded = encodeCredential(wanted);
    if (await this.#find(wanted.id, deadline.left())) throw taken(wanted.id);
    const mark = options.exclusive === true ? ` [being created: ${crypto.randomUUID()}]` : '';
    const sent = { ...wanted, description: `${wanted.description ?? ''}${mark}` };
    await this.#add(mark === '' ? encoded : encodeCredential(sent), deadline.left());
    const stored = await this.#find(wanted.id, deadline.left());
    if (!stored) {
      throw new NotFoundOrHiddenError(
        `Jenkins took the credential "${wanted.id}" but does not show it: it was deleted again, or the user may not view credentials.`,
      );
    }
    if (differences(sent, stored).length > 0) throw taken(wanted.id);
    return mark === '' ? stored : this.update(wanted, deadline.left());
  }

  /**
   * Replaces a credential as a whole, its secrets too: what is not given is emptied. NotFoundOrHiddenError when there
   * is none; AppliedDifferentlyError when Jenkins shows something else afterwards.
   */
  async update(spec: NamedCredentialSpec, options: CallOptions = {}): Promise<Credential> {
    const deadline = new Deadline(this.#connection.clock, options);
    const { class: type, fields, file } = encodeCredential(spec);
    const answer = await this.#send(
      `credential/${segment(spec.id, 'id of a credential')}/updateSubmit`,
      { json: { 'stapler-class': type, ...fields }, file },
      deadline.left(),
    );
    if (answer.location?.endsWith('/concurrentModification') === true) {
      throw new ConflictError(
        `The credential "${spec.id}" was changed by somebody else meanwhile. Try again.`,
      );
    }
    const stored = await this.get(spec.id, deadline.left());
    const differing = differences(spec, stored);
    if (differing.length > 0) {
      throw new AppliedDifferentlyError(
        `Jenkins took the credential "${spec.id}" but shows another ${differing.join(', ')}.`,
        differing,
      );
    }
    return stored;
  }

  /**
   * Creates or replaces a credential. When two do so at once the later one wins, as a whole: a new credential is
   * written twice, because Jenkins drops the content of a creation that comes second without telling.
   */
  async upsert(
    spec: NamedCredentialSpec,
    options: CallOptions = {},
  ): Promise<{ readonly action: 'created' | 'updated'; readonly credential: Credential }> {
    const deadline = new Deadline(this.#connection.clock, options);
    const encoded = encodeCredential(spec);
    const action = (await this.#find(spec.id, deadline.left())) ? 'updated' : 'created';
    if (action === 'created') await this.#add(encoded, deadline.left());
    return { action, credential: await this.update(spec, deadline.left()) };
  }

  /** Deletes a credential; NotFoundOrHiddenError when there is none. Jobs that use it are not asked. */
  async delete(id: string, options: CallOptions = {}): Promise<void> {
    const path = `${this.#path}/credential/${segment(id, 'id of a credential')}/doDelete`;
    const answer = await this.#connection.request({ ...options, method: 'POST', path, accept: [302] });
    await answer.discard();
  }

  async #find(id: string, options: CallOptions): Promise<Credential | undefined> {
    try {
      return await this.get(id, options);
    } catch (error) {
      if (isJenkinsError(error, 'NotFoundOrHidden')) return undefined;
      throw error;
    }
  }

  /** Repeating this is harmless, since Jenkins ignores an id that it has. */
  async #add({ class: type, fields, file }: EncodedCredential, options: CallOptions): Promise<void> {
    const json = { '': '0', credentials: { $class: type, ...fields } };
    await this.#send('createCredentials', { json, file }, options);
  }

  async #send(
    route: string,
    { json, file }: { json: unknown; file: EncodedCredential['file'] },
    options: CallOptions,
  ): Promise<JenkinsResponse> {
    let body: Pick<JenkinsRequest, 'form' | 'multipart'> = { form: { json: JSON.stringify(json) } };
    if (file) {
      const multipart = new FormData();
      multipart.append(file.part, new Blob([file.content]), file.name);
      multipart.append('json', JSON.stringify(json));
      body = { multipart };
    }
    const path = `${this.#path}/${route}`;
    const answer = await this.#connection.request({
      ...options,
      ...body,
      method: 'POST',
      path,
      accept: [302],
      repeatable: true,
    });
    await answer.discard();
    return answer;
  }

  async #json(route: string, options: CallOptions, query?: JenkinsRequest['query']): Promise<JsonObject> {
    const path = `${this.#path}/${route}`;
    const answer = await this.#connection.request({ ...options, path, ...(query && { query }) });
    return expected(objectOf(await answer.json()), 'credentials');
  }
}

/** Which of the things that Jenkins shows are not as wanted. */
function differences(wanted: CredentialSpec, shown: Credential): readonly string[] {
  const differing: string[] = [];
  // The type of another plugin may be called anything.
  if (wanted.kind !== 'custom' && shown.kind !== undefined && shown.kind !== wanted.kind)
    differing.push('kind');
  if (shown.description !== (wanted.description ?? '')) differing.push('description');
  if ('username' in wanted && shown.username !== undefined && shown.username !== wanted.username) {
    differing.push('username');
  }
  return differing;
}

function taken(id: string): ConflictError {
  return new ConflictError(`There is a credential "${id}" already. Update it, or choose another id.`);
}
