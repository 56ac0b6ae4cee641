import { invalid, required, type Cause } from '@armillary/resource';
import type { Credential } from '../kinds/credential.ts';
import { urlCauses } from './address.ts';

/** What is wrong with a credential: it has exactly one of `value` and `valueFrom.secretKeyRef`. */
export function credentialCauses(credential: Credential | undefined, field: string): Cause[] {
  if (!credential) return [];
  const { value, valueFrom } = credential;
  if (!value && !valueFrom) return [required(field, 'must specify one of: `value` or `valueFrom`')];
  if (value && valueFrom) {
    return [invalid(`${field}.valueFrom`, '', 'may not be specified when `value` is not empty')];
  }
  if (!valueFrom) return [];
  const { secretKeyRef } = valueFrom;
  if (!secretKeyRef) return [required(`${field}.valueFrom.secretKeyRef`, 'must be specified')];
  return [
    ...(secretKeyRef.name === '' ? [required(`${field}.valueFrom.secretKeyRef.name`)] : []),
    ...(secretKeyRef.key === '' ? [required(`${field}.valueFrom.secretKeyRef.key`)] : []),
  ];
}

/** What is wrong with a credential that is a webhook's address. An address in a Secret is not looked at. */
export function webhookCauses(credential: Credential, field: string): Cause[] {
  const causes = credentialCauses(credential, field);
  if (causes.length > 0 || !credential.value) return causes;
  return urlCauses(credential.value, `${field}.value`);
}
