import { systemClock } from '@armillary/kube';
import { utf8Bytes } from '../packages/notifications/src/splitting/measure.ts';
import { splitMessages } from '../packages/notifications/src/splitting/split-messages.ts';
import { Templates } from '../packages/notifications/src/templates/templates.ts';
import { benchAlerts, type BenchAlert } from './alert-load.ts';
import { printComparison, quantile, type Row } from './measure.ts';

const templates = ['nm.default.text', 'nm.default.markdown'];
/** WeCom's messages and DingTalk's, in bytes. */
const limits = [2048, 19_960];
const rounds = 21;

/** Rendering and splitting of many alerts, beside rendering them into one text that nobody would take. */
export function benchRendering(): void {
  const alerts = benchAlerts('render', 4000, 4000);
  const thousand = alerts.slice(0, 1000);
  const render = new Templates({ texts: [], languagePacks: [] }, systemClock).renderer({
    groupLabels: { namespace: 'team-0' },
    receiverName: 'bench',
  });
  const rows = templates.flatMap((template) => {
    const whole = (): string => render(template, thousand);
    const split = (some: BenchAlert[], limit: number) => (): object =>
      splitMessages({
        alerts: some,
        limit,
        measure: utf8Bytes,
        render: (part) => render(template, part),
      });
    const peer = median(whole);
    return limits.flatMap((limit): Row[] => [
      {
        what: `1,000 alerts, ${template}, ${limit} bytes`,
        unit: 'ms',
        better: 'less',
        ours: median(split(thousand, limit)),
        peer,
        target: '<= 60',
      },
      {
        what: '  4,000 alerts, a quarter',
        unit: 'ms',
        better: 'less',
        ours: median(split(alerts, limit)) / 4,
        target: 'the same',
      },
    ]);
  });
  printComparison('notifications, rendering and splitting', 'messages', 'one text', rows);
}

/** Milliseconds, once the just-in-time compiler is through. */
function median(work: () => unknown): number {
  const times = Array.from({ length: rounds }, () => {
    const before = performance.now();
    work();
    return performance.now() - before;
  });
  return quantile(times.slice(rounds >> 2), 0.5);
}
