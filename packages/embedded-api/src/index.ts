export { startApiServer } from './api-server.ts';
export type { ApiServer, ApiServerLogger, ApiServerOptions } from './api-server.ts';
export type { Pki, KeyPair } from './pki/pki.ts';
export { PkiError } from './pki/pki-error.ts';
export { StorageError } from './storage/storage-error.ts';
export type { StorageErrorCode } from './storage/storage-error.ts';
