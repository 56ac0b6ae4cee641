import { allocateMany } from '../packages/node-lb/src/allocation/testing/allocation-load.ts';
import { printComparison } from './measure.ts';

const services = 10_000;
const nodes = 100;

/** Where all Services go, one after the other; without an API server, without a clock. */
export function benchAllocation(): void {
  // The first ones are the compiler's.
  allocateMany(services / 10, nodes);
  const started = performance.now();
  allocateMany(services, nodes);
  const milliseconds = performance.now() - started;
  printComparison('node-lb, allocation of 10,000 Services of two ports on 100 nodes', 'ours', '', [
    { what: 'all of them', unit: 'ms', better: 'less', ours: milliseconds },
    { what: 'each', unit: 'us', better: 'less', ours: (milliseconds / services) * 1000 },
  ]);
}
