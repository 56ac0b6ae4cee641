/**
 * A process with a holder of ports, for tests that start it inside a network namespace. It reads calls as lines of JSON,
 * `{"call":"hold","port":{…}}`, and answers each by one line; a leak is a line `{"leak":"TCP/80","address":"…"}`.
 */
import { createInterface } from 'node:readline';
import { portText } from '../../address/port-range.ts';
import { NodeLbError } from '../../errors.ts';
import { systemCommands } from '../../host/system-commands.ts';
import type { HeldPort } from '../port-holder.ts';
import { socketPortHolder } from '../socket-port-holder.ts';

type Call =
  | { readonly call: 'hold' | 'release'; readonly port: HeldPort }
  | { readonly call: 'holdAll'; readonly ports: readonly HeldPort[] }
  | { readonly call: 'run'; readonly program: string }
  | { readonly call: 'close' };

const say = (answer: unknown): void => void process.stdout.write(`${JSON.stringify(answer)}\n`);
const holder = socketPortHolder({ onLeak: (port, address) => say({ leak: portText(port), address }) });

async function answer(call: Call): Promise<unknown> {
  switch (call.call) {
    case 'hold':
      return await holder.hold(call.port);
    case 'holdAll': {
      const results = await Promise.all(call.ports.map((port) => holder.hold(port)));
      return { held: results.every(({ held }) => held) };
    }
    case 'release':
      await holder.release(call.port);
      return { released: true };
    case 'run':
      return await systemCommands().run(call.program, []);
    default:
      await holder.close();
      return { closed: true };
  }
}

for await (const line of createInterface({ input: process.stdin })) {
  try {
    say(await answer(JSON.parse(line) as Call));
  } catch (error) {
    if (!(error instanceof NodeLbError)) throw error;
    say({ code: error.code, message: error.message });
  }
}
