import type { Alert } from '../../alerts/alert.ts';

const names = [
  'severity',
  'namespace',
  'cluster',
  'node',
  'pod',
  'alerttype',
  'rule_id',
  'rule_level',
  'host_ip',
  'a.b/c',
];
const annotationNames = [
  'message',
  'summary',
  'summary_cn',
  'summaryCn',
  'runbook_url',
  'description',
  'alerttime',
];
const values = [
  'critical',
  'Memory of cart is above 90 %',
  '',
  '内存超过 90%',
  '<b>bold</b> & "quoted" \'single\'',
  'two\nlines\r\nand a\ttab',
  'back\\slash {{ .Status }} {{/* no action */}}',
  '😀 über ß ǆ İ',
  '\u2028\u2029\u00a0\u007f\u0001',
  'https://prometheus.example.com/graph?g0.expr=up%20%3E+1&g0.tab=1',
  'x'.repeat(300),
  '  blanks around  ',
];
const times = ['2026-11-22T06:11:02.666Z', '2026-02-28T23:59:59.123456789+08:00', '0001-01-01T00:00:00Z'];

/** Alerts of many shapes, the same ones in every run for the same seed: names and values that templates stumble over. */
export function alertShapes(count: number, seed: number): Alert[] {
  let state = (seed + 1) * 2_654_435_761;
  const next = (below: number): number => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
  const one = (from: readonly string[]): string => from[next(from.length)] ?? '';
  const some = (from: readonly string[], most: number): Record<string, string> =>
    Object.fromEntries(Array.from({ length: next(most + 1) }, () => [one(from), one(values)]));
  return Array.from({ length: count }, (_, index) => ({
    status: next(3) === 0 ? 'resolved' : 'firing',
    labels: {
      ...(next(8) === 0 ? {} : { alertname: one(['HighMemory', 'Node Down', '节点宕机']) }),
      ...some(names, 7),
    },
    annotations: some(annotationNames, 5),
    startsAt: one(times),
    endsAt: one(times),
    generatorURL: one([
      '',
      'https://prometheus.example.com/graph?g0.expr=up&g0.tab=1',
      'javascript:alert(1)',
    ]),
    fingerprint: index.toString(16).padStart(16, '0'),
  }));
}
