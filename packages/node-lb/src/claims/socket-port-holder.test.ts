import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canMakeNamespaces } from '../host/testing/network-namespace.ts';
import type { HeldPort } from './port-holder.ts';
import { NodeStage, type LineProcess } from './testing/node-stage.ts';

const v4 = '10.9.0.1';
const v6 = 'fd00:9::1';
const both = [v4, v6];
const web: HeldPort = { protocol: 'TCP', port: 80, addresses: both };
const dns: HeldPort = { protocol: 'UDP', port: 5353, addresses: both };

const there = canMakeNamespaces('The sockets that hold ports');

describe.skipIf(!there)('a holder of ports beside another process of the node', () => {
  let node: NodeStage;
  let holder: LineProcess;
  let stranger: LineProcess;

  beforeAll(() => {
    node = new NodeStage(`${v4}/24`, '10.9.0.2/24', `${v6}/64`);
    stranger = node.start('python3', '-u', `${import.meta.dirname}/testing/stranger.py`);
    holder = node.start(process.execPath, `${import.meta.dirname}/testing/holder-process.ts`);
  });
  afterAll(() => node[Symbol.asyncDispose]());

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

  test.each(['0.0.0.0', '::', 'fe80::1', '224.0.0.1', '255.255.255.255', 'node', '', '10.9.0.1/24'])(
    '"%s" is not an address that can be held',
    async (address) => {
      expect(await hold({ ...web, addresses: [v4, address] })).toMatchObject({ code: 'Invalid' });
      expect(await other(`bind tcp ${v4} 80`)).toBe('bound');
      await other('unbind');
    },
  );

  test('an end lets everything go', async () => {
    await hold(web);
    await hold(dns);
    expect(await call({ call: 'close' })).toEqual({ closed: true });
    expect(await other('bind tcp 0.0.0.0 80')).toBe('bound');
    expect(await other('bind udp :: 5353')).toBe('bound');
    await other('unbind');
  });
});
