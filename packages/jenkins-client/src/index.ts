export { connect } from './connect.ts';
export { Jenkins } from './jenkins.ts';
export type { CallOptions, Clock, Connection, JenkinsRequest, JenkinsResponse } from './connection.ts';
export type { ConnectOptions, FetchFunction } from './transport/options.ts';
export type { Auth, Credentials as AuthCredentials } from './transport/authentication.ts';
export type { RequestEvent, ResponseEvent } from './transport/hooks.ts';
export type { RetryPolicy } from './transport/retry.ts';
export type { TlsOptions } from './transport/tls.ts';
export type { Capabilities } from './capabilities.ts';
export type { System, WhoAmI } from './system/system.ts';
export type { Script } from './system/script.ts';
export { branchItemName, branchName } from './address/branch-name.ts';
export { itemPath } from './address/item-path.ts';
export type { ItemPath } from './address/item-path.ts';
export { field, range, select } from './select.ts';
export type { Fields, ResultOf, Selected, Selection } from './select.ts';
export * from './errors.ts';
export type * from './pipelines/spec.ts';
export type * from './pipelines/source-spec.ts';
export type * from './pipelines/result.ts';
export type { Credentials, CredentialsOwner } from './credentials/credentials.ts';
export type { CredentialStore } from './credentials/credential-store.ts';
export type {
  CredentialDomain,
  CredentialDomains,
  CredentialDomainSpec,
  DomainSpecification,
} from './credentials/credential-domains.ts';
export type * from './credentials/credential.ts';
