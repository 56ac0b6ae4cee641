import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { canMakeNamespaces } from '../host/testing/network-namespace.ts';
import { PortOwners, UNSEEN, type AddressPort } from './port-owner.ts';
import { NodeStage, type LineProcess } from './testing/node-stage.ts';

const ownerOf = (port: AddressPort, proc: string) => new PortOwners(proc).find(port);

const there = canMakeNamespaces('Whose a port is, read from /proc');
const stranger = `${import.meta.dirname}/testing/stranger.py`;

describe.skipIf(!there)('the owner of a port of a real node', () => {
  let node: NodeStage;
  let first: LineProcess;
  let second: LineProcess;
  let proc: string;

  beforeAll(async () => {
    node = new NodeStage('10.9.0.1/24', 'fd00:9::1/64');
    first = node.start('python3', '-u', stranger);
    second = node.start('python3', '-u', stranger);
    await first.ask('unbind');
    await second.ask('unbind');
    // The node's /proc as a process in its network namespace sees it.
    proc = await mkdtemp(join(tmpdir(), 'node-proc-'));
    await symlink(`/proc/${first.pid}/net`, join(proc, 'net'));
    for (const { pid } of [first, second]) await symlink(`/proc/${pid}`, join(proc, String(pid)));
  });
  afterAll(async () => {
    await node[Symbol.asyncDispose]();
    await rm(proc, { recursive: true });
  });

  const tcp = (address: string, port = 80): AddressPort => ({ protocol: 'TCP', port, address });
  const named = ({ pid }: LineProcess): string => `python3 (pid ${pid})`;

  test.each([
    ['0.0.0.0', '10.9.0.1'],
    ['10.9.0.1', '10.9.0.1'],
    ['::', 'fd00:9::1'],
    ['::', '10.9.0.1'],
    ['::ffff:10.9.0.1', '10.9.0.1'],
    ['fd00:9::1', 'fd00:9::1'],
  ])('a socket at %s has the port at %s', async (bound, address) => {
    await second.ask(`bind tcp ${bound} 80`);
    await second.ask(`bind udp ${bound} 53`);
    expect(await ownerOf(tcp(address), proc)).toBe(named(second));
    expect(await ownerOf({ protocol: 'UDP', port: 53, address }, proc)).toBe(named(second));
    expect(await ownerOf(tcp(address, 81), proc)).toBeUndefined();
    await second.ask('unbind');
  });

  test.each([
    ['127.0.0.1', '10.9.0.1'],
    ['::1', 'fd00:9::1'],
    ['0.0.0.0', 'fd00:9::1'],
  ])('a socket at %s has not the port at %s', async (bound, address) => {
    await second.ask(`bind tcp ${bound} 80`);
    expect(await ownerOf(tcp(address), proc)).toBeUndefined();
    await second.ask('unbind');
  });

  test('the one at the very address is named before the one at all of them', async () => {
    await first.ask('bind tcp :: 80 v6only');
    await second.ask('bind tcp 10.9.0.1 80');
    expect(await ownerOf(tcp('10.9.0.1'), proc)).toBe(named(second));
    expect(await ownerOf(tcp('fd00:9::1'), proc)).toBe(named(first));
    await first.ask('unbind');
    await second.ask('unbind');
  });

  test('a process that cannot be seen has no name', async () => {
    await second.ask('bind tcp 10.9.0.1 80');
    const partly = await mkdtemp(join(tmpdir(), 'node-proc-'));
    await symlink(`/proc/${first.pid}/net`, join(partly, 'net'));
    expect(await ownerOf(tcp('10.9.0.1'), partly)).toBe(UNSEEN);
    await second.ask('unbind');
    await rm(partly, { recursive: true });
  });

  test('those who ask at the same time get each their own answer', async () => {
    await first.ask('bind tcp 10.9.0.1 80');
    await second.ask('bind udp fd00:9::1 53');
    const owners = new PortOwners(proc);
    const asked = [
      owners.find(tcp('10.9.0.1')),
      owners.find(tcp('fd00:9::1')),
      owners.find({ protocol: 'UDP', port: 53, address: 'fd00:9::1' }),
    ];
    expect(await Promise.all(asked)).toEqual([named(first), undefined, named(second)]);
    await first.ask('unbind');
    await second.ask('unbind');
  });
});

describe('a /proc that was written by hand', () => {
  let proc: string;
  beforeAll(async () => {
    proc = await mkdtemp(join(tmpdir(), 'node-proc-'));
    await mkdir(join(proc, 'net', 'sctp'), { recursive: true });
  });
  afterAll(() => rm(proc, { recursive: true }));

  async function process(pid: number, comm: string, inode: number): Promise<void> {
    await mkdir(join(proc, String(pid), 'fd'), { recursive: true });
    await writeFile(join(proc, String(pid), 'comm'), comm);
    await symlink(`socket:[${inode}]`, join(proc, String(pid), 'fd', String(inode)));
  }
  const at = (port: number, address: string, protocol: 'TCP' | 'SCTP' = 'TCP') =>
    ownerOf({ protocol, port, address }, proc);

  test('SCTP has its own table, and needs no bound socket to be asked', async () => {
    await process(31, 'sctp_server\n', 31_001);
    await writeFile(
      join(proc, 'net', 'sctp', 'eps'),
      ` ENDPT     SOCK   STY SST HBKT LPORT   UID INODE LADDRS
ffff88017e0a0200 ffff880171faf880 2   10  29    3868      0 31001 10.9.0.1 fd00:9::1
ffff88017e0a0201 ffff880171faf881 2   10  30    3869      0 31002 0.0.0.0
`,
    );
    expect(await at(3868, '10.9.0.1', 'SCTP')).toBe('sctp_server (pid 31)');
    expect(await at(3868, 'fd00:9::1', 'SCTP')).toBe('sctp_server (pid 31)');
    expect(await at(3868, '10.9.0.2', 'SCTP')).toBeUndefined();
    expect(await at(3869, '10.9.0.2', 'SCTP')).toBe(UNSEEN);
    expect(await at(3870, '10.9.0.1', 'SCTP')).toBeUndefined();
  });

  test('names are not believed to be words', async () => {
    await process(41, 'x\u001b[31m\n"\u{1f4a9}', 41_001);
    await process(40, 'master\n', 40_001);
    await symlink('socket:[40001]', join(proc, '41', 'fd', '9'));
    await writeFile(
      join(proc, 'net', 'tcp'),
      [
        '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode',
        '   0: 0100090A:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 41001 1 0 100 0 0 10 0',
        '   1: 0100090A:0051 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 40001 1 0 100 0 0 10 0',
        '   2: 0100090A:0052 0200090A:0016 01 00000000:00000000 00:00000000 00000000     0        0 40001 1 0 100 0 0 10 0',
        '   3: 0100090A:0053 0200090A:0016 06 00000000:00000000 00:00000000 00000000     0        0 0 3 0',
      ].join('\n'),
    );
    expect(await at(80, '10.9.0.1')).toMatch(/^x\?\[31m\?"\?+ \(pid 41\)$/);
    // Workers share the socket of their master: the one that came first is named.
    expect(await at(81, '10.9.0.1')).toBe('master (pid 40)');
    // An outgoing connection from the port is in the way, too.
    expect(await at(82, '10.9.0.1')).toBe('master (pid 40)');
    expect(await at(83, '10.9.0.1')).toBe(UNSEEN);
  });

  test.each([
    '',
    '\n\n',
    'x',
    '0: 0100090A 0 0A',
    '0: ZZ:0050 0:0 0A 0 0 0 0 0 7',
    '0: 0100090A0100090A:0050 0:0 0A 0 0 0 0 0 7',
    '0: 0100090A:0050 0:0 0A 0 0 0 0 0 x',
    '\0'.repeat(5000),
  ])('lines that are not understood are passed over: %j', async (text) => {
    await writeFile(join(proc, 'net', 'tcp'), text);
    expect(await at(80, '10.9.0.1')).toBeUndefined();
  });

  test('one that is not there has nobody', async () => {
    expect(
      await ownerOf({ protocol: 'TCP', port: 80, address: '10.9.0.1' }, join(proc, 'gone')),
    ).toBeUndefined();
    expect(await readdir(proc)).not.toContain('gone');
  });
});
