import { describe, expect, test } from 'vitest';
import {
  leftOutOf,
  maxAlertsPerPost,
  maxLabels,
  maxNameLength,
  maxValueLength,
  parseAlertPost,
} from './alert-post.ts';

const now = Date.UTC(2026, 10, 22, 12);
const parse = (...alerts: unknown[]) => parseAlertPost({ alerts }, now);
const parseOne = (alert: unknown) => parseAlertPost({ alerts: [alert] }, now).at(0)!;

describe('senders that leave things out', () => {
  test('null labels and annotations are none, and do not make the post fail', () => {
    expect(parseOne({ labels: null, annotations: null })).toMatchObject({ labels: {}, annotations: {} });
  });

  test('a null among them is an empty text', () => {
    expect(parseOne({ labels: { a: null }, annotations: { b: null } })).toMatchObject({
      labels: { a: '' },
      annotations: { b: '' },
    });
  });

  test('an alert with labels only fires from now on', () => {
    expect(parseOne({ labels: { alertname: 'X', namespace: 'demo' } })).toEqual({
      status: 'firing',
      labels: { alertname: 'X', namespace: 'demo' },
      annotations: {},
      startsAt: '2026-11-22T12:00:00.000Z',
      endsAt: '0001-01-01T00:00:00Z',
      generatorURL: '',
      fingerprint: 'de240666a22d2c8a',
    });
  });

  test.each([
    ['2026-11-22T11:59:59Z', 'resolved'],
    ['2026-11-22T12:00:00Z', 'resolved'],
    ['2026-11-22T12:00:01Z', 'firing'],
    ['2026-11-22T13:30:00+02:00', 'resolved'],
    ['0001-01-01T00:00:00Z', 'firing'],
    [null, 'firing'],
  ])('without a status, one that ends at %s is %s', (endsAt, status) => {
    expect(parseOne({ endsAt }).status).toBe(status);
  });

  test('the status that is given counts, whatever the end says', () => {
    expect(parseOne({ status: 'firing', endsAt: '2026-11-22T11:00:00Z' }).status).toBe('firing');
  });

  test.each(['', null, 'not a fingerprint', '1C46CEA7E377D53D'])(
    'the fingerprint %j is replaced by that of the labels',
    (fingerprint) => {
      expect(parseOne({ labels: {}, fingerprint }).fingerprint).toBe('cbf29ce484222325');
    },
  );

  test("Go's zero time as the start means now", () => {
    expect(parseOne({ startsAt: '0001-01-01T00:00:00Z' }).startsAt).toBe('2026-11-22T12:00:00.000Z');
  });

  test.each([{}, { alerts: null }, { alerts: [] }])('%j holds no alerts', (body) => {
    expect(parseAlertPost(body, now)).toEqual([]);
  });
});

test('unknown fields, and what the post says of all alerts, are ignored', () => {
  const post = {
    status: 'resolved',
    commonLabels: 7,
    version: '9',
    alerts: [{ status: 'firing', routeLabels: [] }],
  };
  expect(parseAlertPost(post, now)).toMatchObject([{ status: 'firing' }]);
});

test("nanoseconds of a start are kept: they are part of the alert's identity", () => {
  expect(parseOne({ startsAt: '2026-11-22T06:11:01.651234567Z' }).startsAt).toBe(
    '2026-11-22T06:11:01.651234567Z',
  );
});

test('a label named __proto__ is a label', () => {
  const { labels } = parseOne(JSON.parse('{"labels":{"__proto__":"x","constructor":"y"}}'));
  expect(Object.entries(labels)).toEqual([
    ['__proto__', 'x'],
    ['constructor', 'y'],
  ]);
});

describe('a wrong post is refused as a whole, and the message names the field', () => {
  const long = (length: number) => 'x'.repeat(length + 1);
  const many = (count: number) =>
    Object.fromEntries(Array.from({ length: count + 1 }, (_, n) => [`l${n}`, '']));
  test.each([
    [{ labels: ['a'] }, 'alerts[1].labels must be an object of strings'],
    [{ labels: { a: 1 } }, 'alerts[1].labels["a"] must be a string'],
    [{ annotations: { a: {} } }, 'alerts[1].annotations["a"] must be a string'],
    [{ status: 'pending' }, 'alerts[1].status must be "firing" or "resolved"'],
    [{ status: true }, 'alerts[1].status must be "firing" or "resolved"'],
    [{ startsAt: 'yesterday' }, 'alerts[1].startsAt must be a time'],
    [{ startsAt: '2026-13-01T00:00:00Z' }, 'alerts[1].startsAt must be a time'],
    [{ endsAt: 12 }, 'alerts[1].endsAt must be a string'],
    [{ generatorURL: {} }, 'alerts[1].generatorURL must be a string'],
    [{ fingerprint: 5 }, 'alerts[1].fingerprint must be a string'],
    [null, 'alerts[1] must be an object'],
    ['alert', 'alerts[1] must be an object'],
    [{ labels: { a: long(maxValueLength) } }, 'alerts[1].labels["a"] is longer than'],
    [{ labels: { [long(maxNameLength)]: '' } }, 'alerts[1].labels has a name longer than'],
    [{ annotations: many(maxLabels) }, 'alerts[1].annotations has 257 entries'],
  ])('%#', (alert, message) => {
    expect(() => parse({ labels: { ok: 'yes' } }, alert)).toThrow(
      expect.objectContaining({ code: 'Invalid', message: expect.stringContaining(message) }),
    );
  });

  test.each([null, undefined, 'text', 5, []])('a body of %j', (body) => {
    expect(() => parseAlertPost(body, now)).toThrow('the body must be a JSON object');
  });

  test('an `alerts` that is no array, or too long a one', () => {
    expect(() => parseAlertPost({ alerts: {} }, now)).toThrow('alerts must be an array');
    expect(() => parse(...Array.from({ length: maxAlertsPerPost + 1 }, () => ({})))).toThrow(
      'post at most 10000',
    );
  });
});

test('whatever is posted, there are whole alerts or one clear refusal', () => {
  const odd = [
    null,
    true,
    0,
    '',
    'firing',
    'resolved',
    '2026-01-01T00:00:00Z',
    [],
    {},
    { a: 'b' },
    { a: null },
  ];
  const fields = ['status', 'labels', 'annotations', 'startsAt', 'endsAt', 'generatorURL', 'fingerprint'];
  let taken = 0;
  for (const field of fields) {
    for (const value of odd) {
      for (const other of fields) {
        const alert = {
          [other]: odd[(fields.indexOf(other) + odd.indexOf(value)) % odd.length],
          [field]: value,
        };
        try {
          for (const { labels, annotations, ...texts } of parse(alert, {})) {
            const all = [...Object.values(labels), ...Object.values(annotations), ...Object.values(texts)];
            expect(all.every((text) => typeof text === 'string')).toBe(true);
          }
          taken += 1;
        } catch (error) {
          expect(error).toMatchObject({ name: 'NotificationError', code: 'Invalid' });
        }
      }
    }
  }
  expect(taken).toBeGreaterThan(50);
});

test.each([[undefined], [null], ['3'], [-3], [0.5], [1e300], [{}]])(
  '%j is no number of alerts that were left out',
  (truncatedAlerts) => expect(leftOutOf({ alerts: [], truncatedAlerts })).toBe(0),
);
