import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { alertKey } from './alert.ts';
import { leftOutOf, parseAlertPost } from './alert-post.ts';
import { fingerprintOf } from './fingerprint.ts';

interface RecordedPost {
  url: string;
  body: string;
}

const folder = join(import.meta.dirname, '../../fixtures/alertmanager');
const posts = readdirSync(folder)
  .filter((file) => file.endsWith('.jsonl'))
  .flatMap((file) => readFileSync(join(folder, file), 'utf8').trim().split('\n'))
  .map((line) => JSON.parse(line) as RecordedPost);
const alertsOf = (post: RecordedPost) => parseAlertPost(JSON.parse(post.body), 0);

describe('what a real Alertmanager posted', () => {
  test('is read without loss', () => {
    for (const post of posts) expect(JSON.parse(post.body)).toMatchObject({ alerts: alertsOf(post) });
    expect(posts.flatMap(alertsOf)).toHaveLength(35);
  });

  test('carries the fingerprints that are computed from the labels', () => {
    for (const alert of posts.flatMap(alertsOf)) expect(fingerprintOf(alert.labels)).toBe(alert.fingerprint);
  });

  test('says of each alert in a mixed group whether it fires', () => {
    const mixed = posts.filter((post) => new Set(alertsOf(post).map(({ status }) => status)).size > 1);
    expect(mixed.map((post) => alertsOf(post).map(({ status }) => status))).toEqual([['resolved', 'firing']]);
  });

  test('is not believed when it calls a truncated group resolved', () => {
    const truncated = posts.filter(({ body }) => JSON.parse(body).truncatedAlerts > 0).map(alertsOf);
    expect(truncated.map((alerts) => alerts.map(({ status }) => status))).toEqual([
      ['firing', 'firing'],
      ['resolved', 'resolved'],
    ]);
  });

  test('says how many alerts it left out', () => {
    const leftOut = posts.map(({ body }) => leftOutOf(JSON.parse(body))).filter((count) => count > 0);
    expect(leftOut).toEqual([3, 3]);
  });

  test('gives firing and resolved of one alert different keys', () => {
    const keys = posts.flatMap(alertsOf).map(alertKey);
    expect(new Set(keys).size).toBeGreaterThan(new Set(keys.map((key) => key.split('/')[0])).size);
  });
});
