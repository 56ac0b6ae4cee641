import { describe, expect, test } from 'vitest';
import { portText } from '../address/port-range.ts';
import { FakeClock } from '../testing/fake-clock.ts';
import { LeakAlarm } from './leak-alarm.ts';

const web = { protocol: 'TCP', port: 80 } as const;
const tls = { protocol: 'TCP', port: 443 } as const;

function alarm() {
  const clock = new FakeClock();
  const told: string[] = [];
  const leaks = new LeakAlarm((port, address) => told.push(`${portText(port)} at ${address}`), clock);
  return { clock, told, leaks };
}

describe('an alarm about leaks', () => {
  test('is raised before the call returns', () => {
    const { told, leaks } = alarm();
    leaks.leaked(web, '10.0.0.1');
    expect(told).toEqual(['TCP/80 at 10.0.0.1']);
  });

  test('is raised once a second while a storm lasts, and no more after it', () => {
    const { clock, told, leaks } = alarm();
    for (let ms = 0; ms < 3000; ms += 1) {
      leaks.leaked(web, '10.0.0.1');
      clock.advance(1);
    }
    expect(told).toHaveLength(4);
    clock.advance(60_000);
    expect(told).toHaveLength(4);
    expect(clock.pending).toEqual([]);
  });

  test('is raised for each port by itself', () => {
    const { told, leaks } = alarm();
    leaks.leaked(web, '10.0.0.1');
    leaks.leaked(tls, '10.0.0.1');
    expect(told).toEqual(['TCP/80 at 10.0.0.1', 'TCP/443 at 10.0.0.1']);
  });

  test('is raised at once again after a second of silence', () => {
    const { clock, told, leaks } = alarm();
    leaks.leaked(web, '10.0.0.1');
    clock.advance(1000);
    leaks.leaked(web, 'fd00::1');
    expect(told).toEqual(['TCP/80 at 10.0.0.1', 'TCP/80 at fd00::1']);
  });

  test('is silent about a port that is held no longer', () => {
    const { clock, told, leaks } = alarm();
    leaks.leaked(web, '10.0.0.1');
    leaks.leaked(web, '10.0.0.1');
    leaks.forget(web);
    clock.advance(60_000);
    expect(told).toHaveLength(1);
    expect(clock.pending).toEqual([]);
  });
});
