import { describe, expect, test } from 'vitest';
import { validateConfig } from './config.ts';
import { validateReceiver } from './receiver.ts';
import { v2beta2 } from './testing/objects.ts';

describe('objects of odd form, as an answer from outside may hold them', () => {
  const deep = (levels: number): object => {
    const outer: Record<string, unknown> = {};
    let inner = outer;
    for (let level = 0; level < levels; level++) inner = inner['email'] = {} as Record<string, unknown>;
    return outer;
  };

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'receiver'],
    ['a list', []],
    ['no version', { kind: 'Receiver', spec: {} }],
    ['another version', { apiVersion: 'notification.kubesphere.io/v2beta1', kind: 'Receiver', spec: {} }],
    ['a spec that is a list', v2beta2('Receiver', [])],
    ['a channel that is a text', v2beta2('Receiver', { email: 'ann@example.com' })],
    ['a channel that is null', v2beta2('Receiver', { email: null })],
    ['recipients that are a text', v2beta2('Receiver', { email: { to: 'ann@example.com' } })],
    ['recipients that are objects', v2beta2('Receiver', { slack: { channels: [deep(100_000)] } })],
    ['recipients with a null', v2beta2('Receiver', { slack: { channels: [null] } })],
    [
      'a template of great depth',
      v2beta2('Receiver', { slack: { channels: ['x'], template: deep(100_000) } }),
    ],
    [
      'labels that are numbers',
      v2beta2('Receiver', { slack: { channels: ['x'], alertSelector: { matchLabels: { a: 1 } } } }),
    ],
  ])('%s is refused', (_, object) => {
    expect(validateReceiver(object)).not.toEqual([]);
    expect(validateConfig(object)).not.toEqual([]);
  });

  test('what is not known is left alone, however deep', () => {
    expect(validateReceiver(v2beta2('Receiver', { more: deep(100_000) }))).toEqual([]);
  });
});
