export type { CallOptions, Clock, JenkinsRequest, JenkinsResponse } from './connection.ts';
export type { Capabilities } from './capabilities.ts';
export * from './errors.ts';
export type * from './pipelines/spec.ts';
export type * from './pipelines/source-spec.ts';
export type * from './pipelines/result.ts';
