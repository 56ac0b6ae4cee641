import type { Item } from '../items/item.ts';
import { bean, type Bean } from '../tree.ts';
import type { StoredCredential } from './credential.ts';

const action = 'com.cloudbees.plugins.credentials';

/** A domain of a store. */
export interface Domain {
  /** `_` for the global one. */
  readonly name: string;
  readonly description: string | null;
  readonly credentials: Map<string, StoredCredential>;
}

/** The store of the whole server, or of a folder or multibranch pipeline. */
export class CredentialStore {
  readonly domains = new Map<string, Domain>();
  readonly #owner: Item;

  constructor(owner: Item) {
    this.#owner = owner;
    this.domains.set('_', { name: '_', description: null, credentials: new Map() });
  }

  /** The name of the store in paths. */
  get name(): 'system' | 'folder' {
    return this.#owner.kind === 'root' ? 'system' : 'folder';
  }

  /** The names on the way to a domain, joined by slashes. */
  domainPath(domain: Domain): string {
    return [...this.#owner.path, this.name, domain.name].join('/');
  }

  bean(): Bean {
    const className =
      this.name === 'system'
        ? `${action}.SystemCredentialsProvider$UserFacingAction`
        : 'com.cloudbees.hudson.plugins.folder.properties.FolderCredentialsProvider$FolderCredentialsProperty$CredentialsStoreActionImpl';
    return bean(className, {
      domains: () => new Map([...this.domains].map(([name, domain]) => [name, this.domainBean(domain)])),
    });
  }

  domainBean(domain: Domain): Bean {
    const global = domain.name === '_';
    const displayName = global ? 'Global credentials (unrestricted)' : domain.name;
    const owner = this.name === 'system' ? 'System' : `${this.#owner.fullDisplayName} » Folder`;
    const path = this.domainPath(domain);
    return bean(`${action}.CredentialsStoreAction$DomainWrapper`, {
      credentials: () => [...domain.credentials.values()].map((one) => one.bean(path, false)),
      description: () =>
        global
          ? 'Credentials that should be available irrespective of domain specification to requirements matching.'
          : domain.description,
      displayName: () => displayName,
      fullDisplayName: () => `${owner} » ${displayName}`,
      fullName: () => path,
      global: () => global,
      urlName: () => domain.name,
    });
  }
}
