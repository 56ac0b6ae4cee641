import type { Service } from '@armillary/kube';
import { canonicalAddress, familyOf } from '../address/address.ts';
import type { Refuse } from './refusal.ts';

/**
 * The addresses of a Service inside the cluster, in canonical text, that of the preferred family first. Servers before
 * 1.20 know `spec.clusterIP` alone; `spec.ipFamilies` says nothing that the addresses do not.
 */
export function readClusterIPs(service: Service, refuse: Refuse): string[] {
  const { clusterIP = '', clusterIPs = [] } = service.spec ?? {};
  const written = clusterIPs.length > 0 ? clusterIPs : [clusterIP];
  if (written.includes('None')) {
    refuse(
      'Headless',
      'the Service is headless, and traffic is brought to its cluster IP; leave clusterIP out',
    );
    return [];
  }
  if (written.includes('')) {
    refuse('NoClusterIP', 'the Service has no cluster IP yet');
    return [];
  }
  const addresses = written.flatMap((text) => canonicalAddress(text) ?? []);
  const families = new Set(addresses.map(familyOf));
  if (addresses.length < written.length || families.size < addresses.length) {
    refuse('NoClusterIP', `cluster IPs ${JSON.stringify(written)} are not one address for each family`);
  }
  return addresses;
}
