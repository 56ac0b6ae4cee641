import { expect, test } from 'vitest';
import { ApiMetrics } from './metrics.ts';

test('requests are counted, and their durations fall into cumulative buckets', () => {
  const metrics = new ApiMetrics({ watchers: () => 3, inFlight: () => 2, resourceVersion: () => 77 });
  const request = { verb: 'get', group: '', version: 'v1', resource: 'pods', subresource: '', code: 200 };
  for (const seconds of [0.0005, 0.02, 0.02, 99]) metrics.observe({ ...request, seconds });
  metrics.observe({ ...request, verb: 'watch', seconds: 600 });
  const { text } = metrics.text();
  const labels = 'verb="get",group="",version="v1",resource="pods",subresource=""';
  const lines = text.split('\n');
  expect(lines).toContain(`apiserver_request_total{${labels},code="200"} 4`);
  const buckets = lines
    .filter((line) => line.includes(`_bucket{${labels}`))
    .map((line) => Number(line.split(' ').at(-1)));
  expect(buckets).toEqual([1, 1, 1, 3, 3, 3, 3, 3, 3, 3, 3, 3, 4]);
  expect(lines).toContain(`apiserver_request_duration_seconds_count{${labels}} 4`);
  expect(lines).toContain('apiserver_longrunning_requests 3');
  expect(text).not.toContain('_count{verb="watch"');
  expect(text.endsWith('\n')).toBe(true);
});
