import { ZONE_LABEL } from '../ranking.ts';
import { requestOf, tcp, udp } from './exposure-request.ts';
import { MemoryCluster } from './memory-cluster.ts';

/**
 * Exposes Services of two ports each, one after the other, in a cluster of three zones in which most find their ports
 * taken on some nodes. Answers how many got what they wanted; how long it takes is what `bench/` asks.
 */
export function allocateMany(services: number, nodes: number): number {
  const cluster = new MemoryCluster();
  for (let n = 0; n < nodes; n += 1)
    cluster.addNode(`node-${n}`, { labels: { [ZONE_LABEL]: `zone-${n % 3}` } });
  let placed = 0;
  for (let n = 0; n < services; n += 1) {
    const port = 1 + (n % 500);
    if (!cluster.expose(requestOf(`service-${n}`, { ports: [tcp(port), udp(port)] })).short) placed += 1;
  }
  return placed;
}
