import { segment } from '../address/segment.ts';
import type { CallOptions, Connection } from '../connection.ts';
import { ConflictError } from '../errors.ts';
import { expected } from '../expected.ts';
import { objectOf, objectsOf, textOf } from '../json-shape.ts';

/** What a domain serves. Lists hold names with `*` as a wildcard. */
export type DomainSpecification =
  | { readonly kind: 'hostname'; readonly includes: readonly string[]; readonly excludes?: readonly string[] }
  | {
      readonly kind: 'hostnamePort';
      readonly includes: readonly string[];
      readonly excludes?: readonly string[] | undefined;
    }
  | { readonly kind: 'scheme'; readonly schemes: readonly string[] }
  | {
      readonly kind: 'path';
      readonly includes: readonly string[];
      readonly excludes?: readonly string[] | undefined;
      readonly caseSensitive?: boolean | undefined;
    };

/** A domain: credentials for certain hosts. */
export interface CredentialDomain {
  /** `_` for the one without restrictions, which every store has. */
  readonly name: string;
  readonly description: string;
}

/** A domain to be made. */
export interface CredentialDomainSpec {
  readonly name: string;
  readonly description?: string | undefined;
  readonly specifications?: readonly DomainSpecification[] | undefined;
}

/** The domains of a store. */
export class CredentialDomains {
  readonly #connection: Connection;
  readonly #path: string;

  constructor(connection: Connection, storePath: string) {
    this.#connection = connection;
    this.#path = storePath;
  }

  /** All domains of the store; what they are restricted to cannot be read. */
  async list(options: CallOptions = {}): Promise<readonly CredentialDomain[]> {
    const path = `${this.#path}/api/json`;
    const answer = await this.#connection.request({ ...options, path, query: { depth: 1 } });
    const domains = expected(objectOf(objectOf(await answer.json())?.['domains']), 'the domains of a store');
    return objectsOf(Object.values(domains)).map((domain) => ({
      name: domain['global'] === true ? '_' : expected(textOf(domain['displayName']), 'the name of a domain'),
      description: textOf(domain['description']) ?? '',
    }));
  }

  /** Makes a domain. ConflictError when the name is taken: Jenkins then sends back to the store, not to the domain. */
  async create(spec: CredentialDomainSpec, options: CallOptions = {}): Promise<void> {
    const { name, description = '' } = spec;
    segment(name, 'name of a domain');
    const json = { name, description, specifications: (spec.specifications ?? []).map(encodeSpecification) };
    const answer = await this.#connection.request({
      ...options,
      method: 'POST',
      path: `${this.#path}/createDomain`,
      form: { json: JSON.stringify(json) },
      accept: [302],
    });
    await answer.discard();
    // Browsers do not show where they are sent.
    if (answer.location !== undefined && !/\/domain\/[^/]+$/u.test(answer.location)) {
      throw new ConflictError(`There is a domain "${name}" already. Delete it, or choose another name.`);
    }
  }

  /** Deletes a domain with its credentials; NotFoundOrHiddenError when there is none. */
  async delete(name: string, options: CallOptions = {}): Promise<void> {
    const path = `${this.#path}/domain/${segment(name, 'name of a domain')}/doDelete`;
    const answer = await this.#connection.request({ ...options, method: 'POST', path, accept: [302] });
    await answer.discard();
  }
}

/** The form of a restriction. `hostname` is recorded; the others are read in the source of credentials, not tried. */
function encodeSpecification(specification: DomainSpecification): Readonly<Record<string, unknown>> {
  const type = `${specification.kind.charAt(0).toUpperCase()}${specification.kind.slice(1)}Specification`;
  const base = { 'stapler-class': `com.cloudbees.plugins.credentials.domains.${type}` };
  if (specification.kind === 'scheme') return { ...base, schemes: specification.schemes.join(',') };
  const { includes, excludes = [] } = specification;
  return {
    ...base,
    includes: includes.join(','),
    excludes: excludes.join(','),
    ...(specification.kind === 'path' && { caseSensitive: specification.caseSensitive ?? true }),
  };
}
