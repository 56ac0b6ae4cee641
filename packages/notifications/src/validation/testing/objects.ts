import type { Cause } from '@armillary/resource';

/** A v2beta2 object. */
export const v2beta2 = (kind: string, spec: unknown): object => ({
  apiVersion: 'notification.kubesphere.io/v2beta2',
  kind,
  metadata: { name: 'demo' },
  spec,
});

/** Causes as kubectl prints them. */
export const shown = (causes: readonly Cause[]): string[] =>
  causes.map(({ field, message }) => `${field}: ${message}`);

/** The fields that are wrong. */
export const fields = (causes: readonly Cause[]): string[] => causes.map(({ field }) => field);

/** A credential in a Secret. */
export const secret = { valueFrom: { secretKeyRef: { name: 'account', key: 'token' } } };
/** A webhook's address, written out. */
export const hook = { value: 'https://hooks.example.com/secret' };
/** A credential that is two. */
export const both = { ...hook, ...secret };
