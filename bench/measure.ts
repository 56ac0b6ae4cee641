import { readFileSync } from 'node:fs';

/** Latencies of one workload, in milliseconds, and its rate. */
export interface Latencies {
  perSecond: number;
  p50: number;
  p99: number;
}

/** The value below which the given share (0 to 1) of the values lies. The values need no order. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

/** Sums up durations in milliseconds that were measured over `elapsedMs`. */
export function latencies(durations: readonly number[], elapsedMs: number): Latencies {
  return {
    perSecond: (durations.length / elapsedMs) * 1000,
    p50: quantile(durations, 0.5),
    p99: quantile(durations, 0.99),
  };
}

/** Resident memory of processes together, in megabytes (10^6 bytes). Linux only. */
export function residentMegabytes(pids: readonly number[]): number {
  const kibibytes = pids.map((pid) => {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0);
  });
  return (kibibytes.reduce((a, b) => a + b, 0) * 1024) / 1e6;
}

/** One row of a comparison: ours beside the peer's, in a unit where `better` says which way is good. */
export interface Row {
  what: string;
  unit: string;
  ours: number;
  peer?: number;
  better: 'less' | 'more';
  /** By how much ours is better, where that is not the one divided by the other: the median of many pairs, say. */
  ratio?: number;
  /** What DESIGN asks of ours, in words. */
  target?: string;
}

/** Prints rows as a table; a ratio above 1 means that ours is better by that factor. */
export function printComparison(title: string, ours: string, peer: string, rows: readonly Row[]): void {
  const number = (n: number | undefined): string =>
    n === undefined ? '-' : n >= 100 ? n.toFixed(0) : n >= 10 ? n.toFixed(1) : n.toFixed(2);
  const cells = rows.map((r) => {
    const divided = r.peer && (r.better === 'less' ? r.peer / r.ours : r.ours / r.peer);
    const ratio = r.ratio ?? divided;
    return [
      r.what,
      r.unit,
      number(r.ours),
      number(r.peer),
      ratio ? `${ratio.toFixed(2)}x` : '-',
      r.target ?? '',
    ];
  });
  const head = ['', 'unit', ours, peer, 'better by', 'target'];
  const widths = head.map((h, i) => Math.max(h.length, ...cells.map((c) => c[i]?.length ?? 0)));
  const line = (c: string[]): string =>
    c
      .map((text, i) => (i < 2 || i === 5 ? text.padEnd(widths[i] ?? 0) : text.padStart(widths[i] ?? 0)))
      .join('  ');
  console.log(`${title}\n${line(head)}\n${cells.map(line).join('\n')}`);
}
