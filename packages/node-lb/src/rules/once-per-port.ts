import type { Family } from '../address/protocol.ts';
import type { ExposedPort } from '../plan/node-plan.ts';

/** What is made of a port in a family, made once: a port that stays from one plan to the next is the same object there. */
export function oncePerPort<Value extends object>(
  make: (port: ExposedPort, family: Family) => Value,
): (port: ExposedPort, family: Family) => Value {
  const made = { IPv4: new WeakMap<ExposedPort, Value>(), IPv6: new WeakMap<ExposedPort, Value>() };
  return (port, family) => {
    const known = made[family].get(port);
    if (known) return known;
    const value = make(port, family);
    made[family].set(port, value);
    return value;
  };
}
