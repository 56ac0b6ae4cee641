import { describe, expect, test } from 'vitest';
import type { ExposedPort } from '../plan/node-plan.ts';
import { defaultLink } from '../plan/link.ts';
import { parseEntry } from './conntrack-entry.ts';
import { flowsOfDifference, strayFlows } from './conntrack-flows.ts';

const inner = defaultLink.innerAddress.IPv4;

function exposed(changes: Partial<ExposedPort> = {}): ExposedPort {
  return {
    protocol: 'UDP',
    port: 53,
    claim: 'worker-1.udp.53',
    service: 'net/dns',
    addresses: { IPv4: ['192.0.2.4'], IPv6: [] },
    sourceRanges: { IPv4: undefined, IPv6: undefined },
    target: cluster('10.96.0.9'),
    ...changes,
  };
}

function cluster(IPv4?: string, IPv6?: string): ExposedPort['target'] {
  return { kind: 'cluster', clusterIPs: { IPv4, IPv6 } };
}

function local(...addresses: string[]): ExposedPort['target'] {
  return {
    kind: 'local',
    endpoints: { IPv4: addresses.map((address) => ({ address, port: 5353 })), IPv6: [] },
  };
}

/** As `side destination`, with who sends and who answers where that matters. */
function flows(before: ExposedPort | undefined, after: ExposedPort | undefined): string[] {
  const plan = (port: ExposedPort | undefined) => ({ ports: port ? [port] : [] });
  return flowsOfDifference(plan(before), plan(after), defaultLink).map(
    ({ side, destination, source, replySource }) =>
      [side, destination, source && `from ${source}`, replySource && `by ${replySource}`]
        .filter(Boolean)
        .join(' '),
  );
}

const tcp = { protocol: 'TCP' } as const;
const through = [`inner ${inner}`, `host 10.96.0.9 from ${inner}`];

describe('connections to forget', () => {
  test('of a port that came: UDP that was sent there before its rules; TCP starts anew by itself', () => {
    expect(flows(undefined, exposed())).toEqual(['host 192.0.2.4', `inner ${inner} by ${inner}`]);
    expect(flows(undefined, exposed({ target: local('10.1.0.7') }))).toEqual(['host 192.0.2.4']);
    expect(flows(undefined, exposed(tcp))).toEqual([]);
  });

  test('of a port that went: all, on the whole way, with every protocol', () => {
    for (const protocol of ['TCP', 'UDP', 'SCTP'] as const) {
      expect(flows(exposed({ protocol }), undefined)).toEqual(['host 192.0.2.4', ...through]);
    }
    expect(flows(exposed({ ...tcp, target: local('10.1.0.7') }), undefined)).toEqual(['host 192.0.2.4']);
  });

  test('none, when nothing or only the source ranges changed: those are obeyed without', () => {
    expect(flows(exposed(), exposed())).toEqual([]);
    expect(flows(exposed(), exposed({ sourceRanges: { IPv4: ['10.0.0.0/8'], IPv6: [] } }))).toEqual([]);
  });

  test('of a port whose cluster IP changed: what goes through the namespace to the old one, TCP too', () => {
    expect(flows(exposed(), exposed({ target: cluster('10.96.0.10') }))).toEqual(through);
    expect(flows(exposed(tcp), exposed({ ...tcp, target: cluster('10.96.0.10') }))).toEqual(through);
  });

  test('of a port that another Service got: all, even with the same cluster IP', () => {
    const after = exposed({ ...tcp, service: 'net/other' });
    expect(flows(exposed(tcp), after)).toEqual(['host 192.0.2.4', ...through]);
  });

  test('between the policies: UDP, for TCP goes on the way it began', () => {
    expect(flows(exposed(), exposed({ target: local('10.1.0.7') }))).toEqual(['host 192.0.2.4']);
    expect(flows(exposed({ target: local('10.1.0.7') }), exposed())).toEqual([
      'host 192.0.2.4',
      `inner ${inner} by ${inner}`,
    ]);
    expect(flows(exposed(tcp), exposed({ ...tcp, target: local('10.1.0.7') }))).toEqual([]);
  });

  test('of a local endpoint that went: UDP to that one only', () => {
    const before = exposed({ target: local('10.1.0.7', '10.1.0.8') });
    expect(flows(before, exposed({ target: local('10.1.0.8', '10.1.0.9') }))).toEqual([
      'host 192.0.2.4 by 10.1.0.7',
    ]);
  });

  test('of the first local endpoint and after the last one: as of a port that came and went', () => {
    const none = exposed({ target: local() });
    expect(flows(none, exposed({ target: local('10.1.0.7') }))).toEqual(['host 192.0.2.4']);
    expect(flows(exposed({ ...tcp, target: local('10.1.0.7') }), { ...none, ...tcp })).toEqual([
      'host 192.0.2.4',
    ]);
  });

  test('of an address that went or came, and of a family; the other ones are left alone', () => {
    const two = exposed({ ...tcp, addresses: { IPv4: ['192.0.2.4', '192.0.2.5'], IPv6: [] } });
    expect(flows(two, exposed(tcp))).toEqual(['host 192.0.2.5']);
    const dual = exposed({
      addresses: { IPv4: ['192.0.2.4'], IPv6: ['2001:db8::4'] },
      target: cluster('10.96.0.9', 'fd00::9'),
    });
    const { IPv6 } = defaultLink.innerAddress;
    expect(flows(exposed(), dual)).toEqual(['host 2001:db8::4', `inner ${IPv6} by ${IPv6}`]);
    expect(flows(dual, exposed())).toEqual([
      'host 2001:db8::4',
      `inner ${defaultLink.innerAddress.IPv6}`,
      `host fd00::9 from ${defaultLink.innerAddress.IPv6}`,
    ]);
  });
});

describe('stray connections, when it is not known what was installed', () => {
  const entry = { protocol: 'UDP', source: '198.51.100.7', destination: '192.0.2.4', port: 53 } as const;
  const isStray = (
    port: ExposedPort,
    side: 'host' | 'inner',
    changes: Partial<ReturnType<typeof parseEntry>> & { replySource: string },
  ): boolean =>
    strayFlows({ ports: [port] }, defaultLink, side, 'IPv4')({ ...entry, ...changes }) !== undefined;

  test('on the node: UDP that was not translated, or is not as it should be', () => {
    expect(isStray(exposed(), 'host', { replySource: '192.0.2.4' })).toBe(true);
    expect(isStray(exposed(), 'host', { replySource: inner })).toBe(false);
    expect(isStray(exposed({ target: local('10.1.0.7') }), 'host', { replySource: inner })).toBe(true);
    expect(isStray(exposed({ target: local('10.1.0.7') }), 'host', { replySource: '10.1.0.8' })).toBe(true);
    expect(isStray(exposed({ target: local('10.1.0.7') }), 'host', { replySource: '10.1.0.7' })).toBe(false);
  });

  test('on the node: whatever goes into the namespace for a port that is not planned', () => {
    expect(isStray(exposed(), 'host', { ...tcp, replySource: inner })).toBe(true);
    expect(isStray(exposed(), 'host', { port: 54, replySource: inner })).toBe(true);
    expect(isStray(exposed(), 'host', { destination: '192.0.2.5', replySource: inner })).toBe(true);
  });

  test("on the node: never others' connections, nor the node's own into the namespace", () => {
    expect(isStray(exposed(), 'host', { port: 54, replySource: '192.0.2.4' })).toBe(false);
    expect(isStray(exposed(tcp), 'host', { ...tcp, replySource: '192.0.2.4' })).toBe(false);
    expect(isStray(exposed(), 'host', { destination: '192.0.2.5', replySource: '192.0.2.5' })).toBe(false);
    expect(isStray(exposed(), 'host', { destination: inner, replySource: inner })).toBe(false);
    expect(isStray(exposed({ target: cluster() }), 'host', { replySource: '192.0.2.4' })).toBe(false);
  });

  test('in the namespace: what leads to another cluster IP than the plan says', () => {
    expect(isStray(exposed(), 'inner', { destination: inner, replySource: '10.96.0.9' })).toBe(false);
    expect(isStray(exposed(), 'inner', { destination: inner, replySource: '10.96.0.8' })).toBe(true);
    expect(isStray(exposed(), 'inner', { destination: inner, port: 54, replySource: '10.96.0.9' })).toBe(
      true,
    );
  });
});

describe('a line of conntrack -L', () => {
  test('is read for both families and all protocols, whatever flags stand between', () => {
    const udp =
      'udp      17 25 src=198.51.100.7 dst=192.0.2.4 sport=1234 dport=53 [UNREPLIED] ' +
      'src=169.254.77.2 dst=198.51.100.7 sport=53 dport=1234 mark=0 use=1';
    expect(parseEntry(udp)).toEqual({
      protocol: 'UDP',
      source: '198.51.100.7',
      destination: '192.0.2.4',
      port: 53,
      replySource: '169.254.77.2',
    });
    const sctp =
      'sctp     132 5 COOKIE_WAIT src=fd00::1 dst=2001:db8::4 sport=9 dport=80 packets=1 bytes=2 ' +
      'src=fd77:6c62::2 dst=fd00::1 sport=80 dport=9 mark=0 zone=1 use=1';
    expect(parseEntry(sctp)).toMatchObject({ protocol: 'SCTP', port: 80, replySource: 'fd77:6c62::2' });
  });

  test('of another protocol, or that is none, is left out', () => {
    expect(parseEntry('icmp     1 29 src=10.0.0.1 dst=10.0.0.2 type=8 code=0 id=1')).toBeUndefined();
    expect(parseEntry('udp      17 29 src=10.0.0.1 dst=10.0.0.2')).toBeUndefined();
    expect(parseEntry('')).toBeUndefined();
  });
});
