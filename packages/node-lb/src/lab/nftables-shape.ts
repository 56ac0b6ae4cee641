import { createHash } from 'node:crypto';
import type { ShapeInput } from './iptables-shape.ts';
import type { ServedEndpoint, ServedPort } from './served-ports.ts';

/**
 * What a kube-proxy in nftables mode would install, in shape, as one transaction for `nft -f -`: its own table with maps
 * from addresses and ports to chains, the refusal of Services without endpoints, and of whatever else is sent to the
 * Services' network (`serviceCidr`). Names and hooks are those that its documentation and a listing of any node show.
 */
export function nftablesShape(input: ShapeInput, serviceCidr: string): string {
  const { family, ports } = input;
  const ip = family === 'IPv4' ? 'ip' : 'ip6';
  const addressType = family === 'IPv4' ? 'ipv4_addr' : 'ipv6_addr';
  const tuple = `${ip} daddr . meta l4proto . th dport`;
  const key = (address: string, { protocol, port }: ServedPort): string =>
    `${address} . ${protocol} . ${port}`;
  const served = ports.filter(({ endpoints }) => endpoints.length > 0);
  const refused = ports.filter(({ endpoints }) => endpoints.length === 0);
  const loopback = family === 'IPv4' ? '127.0.0.0/8' : '::1';
  const table = `${ip} kube-proxy`;
  // Numbers where names would do: nft 1.0.6 knows no "dstnat" on output. Chains before those of NAT refuse, a second
  // one on output sees what NAT made of a packet.
  return `add table ${table}
delete table ${table}
table ${table} {
  comment "rules for kube-proxy"
  set cluster-ips { type ${addressType}; ${elements([...new Set(ports.map(({ clusterIP }) => clusterIP))])} }
  chain mark-for-masquerade {
    meta mark set meta mark | 0x4000
  }
  chain masquerading {
    meta mark & 0x4000 == 0 return
    meta mark set meta mark ^ 0x4000
    masquerade fully-random
  }
  chain reject-chain {
    reject
  }
${served.map((port) => serviceChains(input, port, ip)).join('\n')}
  map service-ips {
    type ${addressType} . inet_proto . inet_service : verdict
    ${elements(
      served.flatMap((port) => [
        `${key(port.clusterIP, port)} : goto ${chainOf('service', port)}`,
        ...port.loadBalancerIPs.map((address) => `${key(address, port)} : goto ${chainOf('external', port)}`),
      ]),
    )}
  }
  map service-nodeports {
    type inet_proto . inet_service : verdict
    ${elements(
      served
        .filter(({ nodePort }) => nodePort !== undefined)
        .map((port) => `${port.protocol} . ${port.nodePort} : goto ${chainOf('external', port)}`),
    )}
  }
  map no-endpoint-services {
    type ${addressType} . inet_proto . inet_service : verdict
    ${elements(
      refused.flatMap((port) =>
        [port.clusterIP, ...port.loadBalancerIPs].map(
          (address) => `${key(address, port)} : goto reject-chain`,
        ),
      ),
    )}
  }
  chain services {
    ${tuple} vmap @service-ips
    fib daddr type local ${ip} daddr != ${loopback} meta l4proto . th dport vmap @service-nodeports
  }
  chain service-endpoints-check {
    ${tuple} vmap @no-endpoint-services
  }
  chain cluster-ips-check {
    ${ip} daddr @cluster-ips reject
    ${ip} daddr ${serviceCidr} drop
  }
  chain filter-input { type filter hook input priority -110; ct state new jump service-endpoints-check; }
  chain filter-forward {
    type filter hook forward priority -110
    ct state new jump service-endpoints-check
    ct state new jump cluster-ips-check
  }
  chain filter-output { type filter hook output priority -110; ct state new jump service-endpoints-check; }
  chain filter-output-post-dnat { type filter hook output priority -90; ct state new jump cluster-ips-check; }
  chain nat-prerouting { type nat hook prerouting priority -100; jump services; }
  chain nat-output { type nat hook output priority -100; jump services; }
  chain nat-postrouting { type nat hook postrouting priority 100; jump masquerading; }
}
`;
}

/** The chains of one port: each endpoint's, the cluster IP's, and that of node ports and published addresses. */
function serviceChains({ clusterCidr }: ShapeInput, port: ServedPort, ip: 'ip' | 'ip6'): string {
  const service = chainOf('service', port);
  const here = port.endpoints.filter((endpoint) => endpoint.here);
  const outside = port.local
    ? `${ip} saddr ${clusterCidr} goto ${service}
    fib saddr type local jump mark-for-masquerade
    fib saddr type local goto ${service}
    ${spread(port, here)}`
    : `jump mark-for-masquerade
    goto ${service}`;
  const endpoints = port.endpoints.map(
    (endpoint) => `  chain ${chainOf('endpoint', port, endpoint)} {
    ${ip} saddr ${endpoint.address} jump mark-for-masquerade
    meta l4proto ${port.protocol} dnat to ${endpoint.address.includes(':') ? `[${endpoint.address}]` : endpoint.address}:${endpoint.port}
  }`,
  );
  return `${endpoints.join('\n')}
  chain ${service} {
    ${ip} daddr ${port.clusterIP} ${port.protocol} dport ${port.port} ${ip} saddr != ${clusterCidr} jump mark-for-masquerade
    ${spread(port, port.endpoints)}
  }
  chain ${chainOf('external', port)} {
    ${outside}
  }`;
}

/** One of the endpoints by chance; nothing is here for whoever comes by the policy Local in vain. */
function spread(port: ServedPort, endpoints: readonly ServedEndpoint[]): string {
  if (endpoints.length === 0) return 'drop';
  const choices = endpoints.map(
    (endpoint, index) => `${index} : goto ${chainOf('endpoint', port, endpoint)}`,
  );
  return `numgen random mod ${endpoints.length} vmap { ${choices.join(', ')} }`;
}

/** nft refuses an empty list of elements. */
function elements(of: readonly string[]): string {
  return of.length === 0 ? '' : `elements = { ${of.join(', ')} }`;
}

/** A digest, since names of Services have letters that names of chains may not have. */
function chainOf(
  kind: 'service' | 'external' | 'endpoint',
  port: ServedPort,
  endpoint?: ServedEndpoint,
): string {
  const of = `${port.name} ${port.protocol} ${endpoint ? `${endpoint.address} ${endpoint.port}` : ''}`;
  return `${kind}-${createHash('sha256').update(of).digest('hex').slice(0, 8).toUpperCase()}`;
}
