import { describe, expect, test } from 'vitest';
import { portText } from '../address/port-range.ts';
import type { PortKey } from '../address/protocol.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { LeakAlarm } from './leak-alarm.ts';

const web = { protocol: 'TCP', port: 80 } as const;
const tls = { protocol: 'TCP', port: 443 } as const;

function alarm() {
  const clock = new FakeClock();
  const told: string[] = [];
  const rules = { lead: true };
  const onLeak = (port: PortKey, address: string) => told.push(`${portText(port)} at ${address}`);
  const leaks = new LeakAlarm(onLeak, () => rules.lead, clock);
  return { clock, told, rules, leaks };
}

describe('an alarm about leaks', () => {
  test('is raised before the call returns', () => {
    const { told, leaks } = alarm();
    leaks.arrived(web, '10.0.0.1');
    expect(told).toEqual(['TCP/80 at 10.0.0.1']);
  });

  test('is raised once a second while a storm lasts, and no more after it', () => {
    const { clock, told, leaks } = alarm();
    for (let ms = 0; ms < 3000; ms += 1) {
      leaks.arrived(web, '10.0.0.1');
      clock.advance(1);
    }
    expect(told).toHaveLength(4);
    clock.advance(60_000);
    expect(told).toHaveLength(4);
    expect(clock.pending).toEqual([]);
  });

  test('is raised for each port by itself', () => {
    const { told, leaks } = alarm();
    leaks.arrived(web, '10.0.0.1');
    leaks.arrived(tls, '10.0.0.1');
    expect(told).toEqual(['TCP/80 at 10.0.0.1', 'TCP/443 at 10.0.0.1']);
  });

  test('is raised at once again after a second of silence', () => {
    const { clock, told, leaks } = alarm();
    leaks.arrived(web, '10.0.0.1');
    clock.advance(1000);
    leaks.arrived(web, 'fd00::1');
    expect(told).toEqual(['TCP/80 at 10.0.0.1', 'TCP/80 at fd00::1']);
  });

  test('is silent about what arrived before there were rules, then and once there are', () => {
    const { clock, told, rules, leaks } = alarm();
    rules.lead = false;
    leaks.arrived(web, '10.0.0.1');
    leaks.arrived(web, '10.0.0.1');
    rules.lead = true;
    clock.advance(60_000);
    expect(told).toEqual([]);
    leaks.arrived(web, '10.0.0.1');
    expect(told).toHaveLength(1);
  });

  test('is silent about a port that is held no longer', () => {
    const { clock, told, leaks } = alarm();
    leaks.arrived(web, '10.0.0.1');
    leaks.arrived(web, '10.0.0.1');
    leaks.forget(web);
    clock.advance(60_000);
    expect(told).toHaveLength(1);
    expect(clock.pending).toEqual([]);
  });
});
