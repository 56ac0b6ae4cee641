export type { CallOptions, Clock, JenkinsRequest, JenkinsResponse } from './connection.ts';
export type { Capabilities } from './capabilities.ts';
export * from './errors.ts';
