import type { Service } from '@armillary/kube';
import { settingsOf, type Settings } from '../settings.ts';
import type { NodeLoadBalancerSpec } from '../../kinds/node-load-balancer.ts';

/** What a test wants to be different from an ordinary Service of ours. */
export interface ServiceParts {
  metadata?: Partial<Service['metadata']>;
  spec?: Partial<NonNullable<Service['spec']>>;
  ingress?: NonNullable<NonNullable<NonNullable<Service['status']>['loadBalancer']>['ingress']>;
}

/** A classless LoadBalancer Service `shop/front` on TCP port 80, as an API server hands it out. */
export function loadBalancerService({ metadata, spec, ingress }: ServiceParts = {}): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: {
      namespace: 'shop',
      name: 'front',
      uid: 'uid-1',
      creationTimestamp: '2026-01-02T03:04:05Z',
      ...metadata,
    },
    spec: {
      type: 'LoadBalancer',
      clusterIP: '10.96.0.10',
      clusterIPs: ['10.96.0.10'],
      ports: [{ name: 'http', protocol: 'TCP', port: 80 }],
      ...spec,
    },
    status: { loadBalancer: ingress ? { ingress } : {} },
  };
}

/** Settings of which only these fields were written. */
export function settingsWith(spec?: NodeLoadBalancerSpec): Settings {
  const result = settingsOf(spec);
  if (result.kind === 'problems') throw new Error(result.problems.join('\n'));
  return result.settings;
}
