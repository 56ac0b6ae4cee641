import { describe, expect, test } from 'vitest';
import { classOf, classOfSilence, objectClasses } from './object-class.ts';

const spec = (receivers: object, rest: object = {}) => ({
  receivers: { globalReceiverSelector: {}, tenantReceiverSelector: {}, ...receivers },
  ...rest,
});

describe('without a NotificationManager', () => {
  const classes = objectClasses(undefined);
  test.each([
    [{ type: 'global' }, { kind: 'global' }],
    [
      { type: 'tenant', user: 'ann' },
      { kind: 'tenant', tenant: 'ann' },
    ],
    [{ type: 'default' }, { kind: 'default' }],
    [{ type: 'tenant' }, undefined],
    [{ user: 'ann' }, undefined],
    [{}, undefined],
    [undefined, undefined],
  ])('%j gives %j', (labels, expected) => {
    expect(classOf(labels, classes)).toEqual(expected);
  });
});

describe('with a NotificationManager', () => {
  const classes = objectClasses(
    spec(
      {
        tenantKey: 'team',
        globalReceiverSelector: { matchLabels: { scope: 'all', level: 'root' } },
        tenantReceiverSelector: { matchLabels: { scope: 'team', kind: 'own' } },
      },
      { defaultConfigSelector: { matchLabels: { scope: 'base', level: 'base' } } },
    ),
  );

  test.each([
    [{ scope: 'all' }, { kind: 'global' }],
    [{ level: 'root' }, { kind: 'global' }],
    [
      { scope: 'team', team: 'a' },
      { kind: 'tenant', tenant: 'a' },
    ],
    [
      { kind: 'own', team: '' },
      { kind: 'tenant', tenant: '' },
    ],
    [{ kind: 'own', level: 'root', team: 'a' }, { kind: 'global' }],
    [{ kind: 'own', user: 'a' }, undefined],
    [{ scope: 'base' }, undefined],
    [{ scope: 'base', level: 'base' }, { kind: 'default' }],
  ])('any pair of receivers, every pair of default configs: %j gives %j', (labels, expected) => {
    expect(classOf(labels, classes)).toEqual(expected);
  });

  test.each([
    [{ scope: 'all' }, undefined],
    [{ scope: 'all', level: 'root' }, { kind: 'global' }],
    [{ scope: 'team', team: 'a' }, undefined],
    [
      { scope: 'team', kind: 'own', team: 'a' },
      { kind: 'tenant', tenant: 'a' },
    ],
  ])(
    'a silence needs every pair, so that it covers no more than was meant: %j gives %j',
    (labels, expected) => {
      expect(classOfSilence(labels, classes)).toEqual(expected);
    },
  );

  test('no key is the label user, and no defaultConfigSelector makes nothing a default', () => {
    const other = objectClasses(spec({ tenantReceiverSelector: { matchLabels: { type: 'tenant' } } }));
    expect(classOf({ type: 'tenant', user: 'ann' }, other)).toEqual({ kind: 'tenant', tenant: 'ann' });
    expect(classOf({ type: 'default' }, other)).toBeUndefined();
  });

  test('empty selectors select nothing', () => {
    const empty = objectClasses(spec({}));
    expect(classOf({ type: 'global', user: 'x' }, empty)).toBeUndefined();
    expect(classOfSilence({ type: 'global', user: 'x' }, empty)).toBeUndefined();
  });

  test('a tenant key such as constructor is looked for among the labels only', () => {
    const odd = objectClasses(
      spec({ tenantKey: 'constructor', tenantReceiverSelector: { matchLabels: { a: 'b' } } }),
    );
    expect(classOf({ a: 'b' }, odd)).toBeUndefined();
  });

  test('a defaultConfigSelector that is wrong is refused', () => {
    const wrong = spec({}, { defaultConfigSelector: { matchLabels: { a: 'two words' } } });
    expect(() => objectClasses(wrong)).toThrow(expect.objectContaining({ code: 'Invalid' }));
  });
});
