import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NodeStage, type LineProcess } from '../claims/testing/node-stage.ts';
import { canMakeNamespaces } from '../host/testing/network-namespace.ts';

const there = canMakeNamespaces('Probes of networks that are out of order');

describe.skipIf(!there)('an attempt to connect through a network', () => {
  let node: NodeStage;
  let prober: LineProcess;

  beforeAll(async () => {
    node = new NodeStage('10.9.0.1/24', 'fd00:9::1/64');
    prober = node.start(process.execPath, `${import.meta.dirname}/testing/attempt-process.ts`);
    const listener = node.start('python3', '-u', `${import.meta.dirname}/../claims/testing/stranger.py`);
    expect(await listener.ask('bind tcp :: 80')).toBe('bound');
    const { namespace } = node;
    namespace.run('ip', 'route', 'add', 'unreachable', '192.0.2.0/24');
    namespace.run('nft', 'add', 'table', 'inet', 'faults');
    const rule = (chain: string, ...words: string[]) =>
      namespace.run('nft', 'add', 'rule', 'inet', 'faults', chain, ...words);
    namespace.run('nft', 'add chain inet faults input { type filter hook input priority 0; }');
    namespace.run('nft', 'add chain inet faults output { type filter hook output priority 0; }');
    rule('input', 'tcp dport 81 drop');
    rule('input', 'tcp dport 82 reject');
    rule('input', 'tcp dport 83 reject with tcp reset');
    rule('output', 'tcp dport 84 drop');
  });
  afterAll(() => node[Symbol.asyncDispose]());

  const failed = (why: string) => ({ kind: 'failed', why });

  test.each([
    ['that is in order', 80, { kind: 'open' }],
    ['where a rule rejects, as for a Service without endpoints: no fault', 82, { kind: 'refused' }],
    ['where a rule resets: no fault', 83, { kind: 'refused' }],
    ['where nobody listens: no fault', 85, { kind: 'refused' }],
  ])('%s', async (_, port, attempt) => {
    for (const address of ['10.9.0.1', 'fd00:9::1']) {
      // The kernel gives an ICMP message to its own client with the second packet only, a second later.
      expect(JSON.parse(await prober.ask(`${address} ${port} 15000`))).toEqual(attempt);
    }
  });

  test.each([
    ['where packets are lost: a fault', 81],
    ['that the node may not send to: a fault', 84],
  ])('%s', async (_, port) => {
    for (const address of ['10.9.0.1', 'fd00:9::1']) {
      expect(JSON.parse(await prober.ask(`${address} ${port} 100`))).toEqual(
        failed('no answer within 0.1 s'),
      );
    }
  });

  test('that has no way there: a fault', async () => {
    expect(JSON.parse(await prober.ask('192.0.2.1 80 15000'))).toEqual(failed('EHOSTUNREACH'));
    expect(JSON.parse(await prober.ask('198.51.100.1 80 15000'))).toEqual(failed('ENETUNREACH'));
  });
});
