import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canMakeNamespaces } from '../host/testing/network-namespace.ts';
import type { HeldPort } from './port-holder.ts';
import { NodeStage, type LineProcess } from './testing/node-stage.ts';

const v4 = '10.9.0.1';
const v6 = 'fd00:9::1';
const both = [v4, v6];
const web: HeldPort = { protocol: 'TCP', port: 80, addresses: both };
const dns: HeldPort = { protocol: 'UDP', port: 5353, addresses: both };

const isHeld = (answer: unknown): boolean => JSON.stringify(answer) === '{"held":true}';
const isReleased = (answer: unknown): boolean => JSON.stringify(answer) === '{"released":true}';

const there = canMakeNamespaces('The sockets that hold ports');

describe.skipIf(!there)('a holder of ports beside another process of the node', () => {
  let node: NodeStage;
  let holder: LineProcess;
  let stranger: LineProcess;

  beforeAll(() => {
    node = new NodeStage(`${v4}/24`, '10.9.0.2/24', `${v6}/64`);
    stranger = node.start('python3', '-u', `${import.meta.dirname}/testing/stranger.py`);
    holder = startHolder();
  });
  afterAll(() => node[Symbol.asyncDispose]());

  function startHolder(...through: readonly string[]): LineProcess {
    const script = `${import.meta.dirname}/testing/holder-process.ts`;
    return node.start('env', ...through, process.execPath, script);
  }
  async function call(line: object): Promise<unknown> {
    return JSON.parse(await holder.ask(JSON.stringify(line)));
  }
  const hold = (port: HeldPort): Promise<unknown> => call({ call: 'hold', port });
  const release = (port: HeldPort): Promise<unknown> => call({ call: 'release', port });
  const told = async (): Promise<unknown> => JSON.parse(await holder.next());
  const other = (line: string): Promise<string> => stranger.ask(line);

  for (const [protocol, port] of [
    ['tcp', web],
    ['udp', dns],
  ] as const) {
    test.each([
      ['0.0.0.0', ''],
      ['0.0.0.0', 'reuseaddr'],
      ['0.0.0.0', 'reuseaddr reuseport'],
      ['::', ''],
      ['::', 'reuseaddr reuseport'],
      ['::', 'reuseaddr v6only'],
      [v4, 'reuseaddr reuseport'],
      [v6, 'reuseaddr reuseport'],
    ])(`nobody else binds ${protocol} at %s (%s)`, async (address, options) => {
      expect(await hold(port)).toEqual({ held: true });
      expect(await other(`bind ${protocol} ${address} ${port.port} ${options}`)).toBe('in use');
      await release(port);
      expect(await other(`bind ${protocol} ${address} ${port.port} ${options}`)).toBe('bound');
      await other('unbind');
    });

    test.each(['127.0.0.1', '::1', '10.9.0.2'])(`${protocol} at %s stays free`, async (address) => {
      await hold(port);
      expect(await other(`bind ${protocol} ${address} ${port.port}`)).toBe('bound');
      await other('unbind');
      await release(port);
    });

    test.each(['0.0.0.0', v4, '::', '::ffff:10.9.0.1', v6])(
      `whoever had ${protocol} at %s before keeps it, and is named`,
      async (address) => {
        expect(await other(`bind ${protocol} ${address} ${port.port} reuseaddr reuseport`)).toBe('bound');
        expect(await hold(port)).toEqual({
          held: false,
          reason: 'PortInUse',
          owner: `python3 (pid ${stranger.pid})`,
        });
        // Nowhere means nowhere: the other family was let go as well.
        await other('unbind');
        expect(await other(`bind ${protocol} ${v4} ${port.port}`)).toBe('bound');
        expect(await other(`bind ${protocol} ${v6} ${port.port}`)).toBe('bound');
        await other('unbind');
      },
    );
  }

  test('a socket of the loopback does not stand in the way', async () => {
    await other('bind tcp 127.0.0.1 80');
    expect(await hold(web)).toEqual({ held: true });
    await other('unbind');
    await release(web);
  });

  test('a connection that leaves from the port stands in the way, as in the ephemeral range, and is named', async () => {
    expect(await other(`leave ${v4} 40000`)).toBe('left');
    expect(await hold({ ...web, port: 40_000 })).toEqual({
      held: false,
      reason: 'PortInUse',
      owner: `python3 (pid ${stranger.pid})`,
    });
    await other('unbind');
  });

  test.each(both)('a connection to %s is reset at once and told', async (address) => {
    await hold(web);
    expect(await other(`connect ${address} 80`)).toBe('reset');
    expect(await told()).toEqual({ leak: 'TCP/80', address });
    await release(web);
  });

  test.each(both)('a datagram to %s is told', async (address) => {
    await hold(dns);
    await other(`send ${address} 5353`);
    expect(await told()).toEqual({ leak: 'UDP/5353', address });
    await release(dns);
  });

  test('a change of addresses keeps what stays', async () => {
    await hold({ ...web, addresses: [v4] });
    await hold({ ...web, addresses: both });
    expect(await other(`bind tcp ${v4} 80`)).toBe('in use');
    expect(await other(`bind tcp ${v6} 80`)).toBe('in use');
    await hold({ ...web, addresses: [v6] });
    expect(await other(`bind tcp ${v4} 80`)).toBe('bound');
    expect(await other(`bind tcp ${v6} 80`)).toBe('in use');
    await other('unbind');
    await release(web);
  });

  test('a change of addresses to one that somebody has lets everything go', async () => {
    await hold({ ...web, addresses: [v4] });
    expect(await other(`bind tcp ${v6} 80`)).toBe('bound');
    expect(await hold(web)).toMatchObject({ held: false, reason: 'PortInUse' });
    expect(await other(`bind tcp ${v4} 80`)).toBe('bound');
    await other('unbind');
  });

  test('holding twice is holding once', async () => {
    await hold(web);
    expect(await hold(web)).toEqual({ held: true });
    await release(web);
    await release(web);
    expect(await other(`bind tcp ${v4} 80`)).toBe('bound');
    await other('unbind');
  });

  test('an address that is not on the node is left out while another is there', async () => {
    expect(await hold({ ...web, addresses: [v4, '10.9.0.77'] })).toEqual({ held: true });
    expect(await hold({ ...web, addresses: ['10.9.0.77', 'fd00:9::77'] })).toEqual({
      held: false,
      reason: 'AddressNotOnNode',
    });
    expect(await other(`bind tcp ${v4} 80`)).toBe('bound');
    await other('unbind');
    node.addAddress('10.9.0.77/24');
    expect(await hold({ ...web, addresses: ['10.9.0.77'] })).toEqual({ held: true });
    await release(web);
  });

  test.each([
    '0.0.0.0',
    '::',
    'fe80::1',
    '224.0.0.1',
    '255.255.255.255',
    'node',
    '',
    '10.9.0.1/24',
    '10.9.1',
    '::ffff:10.9.0.1',
  ])('"%s" is not an address that can be held', async (address) => {
    expect(await hold({ ...web, addresses: [v4, address] })).toMatchObject({ code: 'Invalid' });
    expect(await other(`bind tcp ${v4} 80`)).toBe('bound');
    await other('unbind');
  });

  test('calls for one port follow each other, whatever their order', async () => {
    const calls = [hold(web), release(web), hold({ ...web, addresses: [v4] }), release(web), hold(web)];
    await Promise.all(calls);
    expect(await other(`bind tcp ${v6} 80`)).toBe('in use');
    await release(web);
  });

  test('a flood of datagrams is told of once at first', async () => {
    await hold(dns);
    for (let at = 0; at < 50; at += 1) await other(`send ${v4} 5353`);
    expect(await told()).toEqual({ leak: 'UDP/5353', address: v4 });
    holder.write(JSON.stringify({ call: 'release', port: dns }));
    const lines = [];
    do lines.push(await told());
    while (!isReleased(lines.at(-1)));
    expect(lines.length).toBeLessThan(50);
  });

  test('a storm is told of once at first, and every connection of it is turned away', async () => {
    await hold(web);
    const answers = [];
    for (let at = 0; at < 50; at += 1) answers.push(await other(`connect ${v4} 80`));
    expect(new Set(answers)).toEqual(new Set(['reset']));
    expect(await told()).toEqual({ leak: 'TCP/80', address: v4 });
    // The next line is the answer to this, or one more alarm of a slow machine; never fifty.
    holder.write(JSON.stringify({ call: 'release', port: web }));
    const lines = [];
    do lines.push(await told());
    while (!isReleased(lines.at(-1)));
    expect(lines.length).toBeLessThan(50);
  });

  test('SCTP is held by asking only, where nobody has it', async () => {
    expect(await hold({ protocol: 'SCTP', port: 3868, addresses: both })).toEqual({ held: true });
    await release({ protocol: 'SCTP', port: 3868, addresses: both });
  });

  test('9,000 ports of both families are held, and let go', async () => {
    const ports = Array.from({ length: 9000 }, (_, at): HeldPort => ({ ...web, port: 10_001 + at }));
    expect(await call({ call: 'holdAll', ports })).toEqual({ held: true });
    expect(await call({ call: 'holdAll', ports })).toEqual({ held: true });
    for (const port of [10_001, 19_000]) {
      expect(await other(`bind tcp 0.0.0.0 ${port}`)).toBe('in use');
      expect(await other(`bind tcp :: ${port} v6only`)).toBe('in use');
    }
    expect(await call({ call: 'close' })).toEqual({ closed: true });
    expect(await other('bind tcp :: 10001')).toBe('bound');
    await other('unbind');
  });

  test('an agent that still runs is named, too', async () => {
    const before = startHolder();
    expect(JSON.parse(await before.ask(JSON.stringify({ call: 'hold', port: web })))).toEqual({ held: true });
    expect(await hold(web)).toMatchObject({ reason: 'PortInUse', owner: `node (pid ${before.pid})` });
    await before.end();
    // Its sockets vanished with it.
    expect(await hold(web)).toEqual({ held: true });
    await release(web);
  });

  test('a process that may not bind low ports says what it needs', async () => {
    const unprivileged = startHolder('setpriv', '--bounding-set', '-net_bind_service');
    expect(JSON.parse(await unprivileged.ask(JSON.stringify({ call: 'hold', port: web })))).toEqual({
      code: 'NotPermitted',
      message: `This process may not hold TCP/80 at ${v4}: run it as root or with the capability NET_BIND_SERVICE.`,
    });
  });

  test('a process without open files left says so, keeps nothing of that port, and can still start programs', async () => {
    const limited = startHolder('prlimit', '--nofile=256');
    let port = 1000;
    let answer: unknown;
    do {
      port += 1;
      answer = JSON.parse(await limited.ask(JSON.stringify({ call: 'hold', port: { ...web, port } })));
    } while (isHeld(answer));
    expect(answer).toMatchObject({ code: 'NotPermitted', message: expect.stringContaining('open files') });
    expect(await other(`bind tcp ${v4} ${port}`)).toBe('bound');
    expect(await other(`bind tcp ${v4} ${port - 1}`)).toBe('in use');
    await other('unbind');
    const ask = async (line: object): Promise<unknown> => JSON.parse(await limited.ask(JSON.stringify(line)));
    const programs = Array.from({ length: 8 }, () => ask({ call: 'run', program: 'true' }));
    for (const ran of await Promise.all(programs)) expect(ran).toMatchObject({ code: 0 });
    // What is let go can be held again.
    await ask({ call: 'release', port: { ...web, port: port - 1 } });
    expect(await ask({ call: 'hold', port: { ...web, port } })).toEqual({ held: true });
    await limited.end();
  });

  test('an end lets everything go', async () => {
    await hold(web);
    await hold(dns);
    expect(await call({ call: 'close' })).toEqual({ closed: true });
    expect(await other('bind tcp 0.0.0.0 80')).toBe('bound');
    expect(await other('bind udp :: 5353')).toBe('bound');
    await other('unbind');
  });
});
