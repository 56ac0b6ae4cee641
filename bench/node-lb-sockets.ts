// oxlint-disable no-restricted-imports -- what is measured here is within an agent, and nobody else's business
/** A program: holds 10,000 ports of the address it is given, as an agent does, and prints what that took. */
import { socketPortHolder } from '../packages/node-lb/src/claims/socket-port-holder.ts';
import { residentMegabytes } from './measure.ts';

const [address = '127.0.0.1'] = process.argv.slice(2);
const holder = socketPortHolder({ onLeak: () => {} });
const before = residentMegabytes([process.pid]);
const started = performance.now();
const results = await Promise.all(
  Array.from({ length: 10_000 }, (_, n) =>
    holder.hold({ protocol: 'TCP', port: 10_001 + n, addresses: [address] }),
  ),
);
const milliseconds = performance.now() - started;
const held = results.filter((result) => result.held).length;
console.log(JSON.stringify({ held, milliseconds, megabytes: residentMegabytes([process.pid]) - before }));
await holder.close();
