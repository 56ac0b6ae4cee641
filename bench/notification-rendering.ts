// oxlint-disable no-restricted-imports -- what is measured here is within a delivery, and nobody else's business
import { systemClock } from '@armillary/kube';
import { utf8Bytes } from '../packages/notifications/src/splitting/measure.ts';
import { splitMessages } from '../packages/notifications/src/splitting/split-messages.ts';
import { Templates } from '../packages/notifications/src/templates/templates.ts';
import { benchAlerts, type BenchAlert } from './alert-load.ts';
import { printComparison, quantile, type Row } from './measure.ts';

const templates = ['nm.default.text', 'nm.default.markdown'];
/** WeCom's messages and DingTalk's, in bytes. */
const limits = [2048, 19_960];
const rounds = 15;

/** Rendering and splitting of many alerts, beside rendering them into one text that nobody would take. */
export function benchRendering(): void {
  const alerts = benchAlerts('render', 4000, 4000);
  const thousand = alerts.slice(0, 1000);
  const known = new Templates({ texts: [], languagePacks: [] }, systemClock);
  const about = { groupLabels: { namespace: 'team-0' }, receiverName: 'bench' };
  const whole = (template: string) => (): string => known.renderer(about)(template, thousand);
  const split = (template: string, some: BenchAlert[], limit: number) => (): object => {
    const render = known.renderer(about);
    const measure = utf8Bytes;
    return splitMessages({ alerts: some, limit, measure, render: (part) => render(template, part) });
  };
  // The just-in-time compiler is through once everything was made several times.
  for (const template of templates) for (const limit of limits) median(split(template, alerts, limit));
  const rows = templates.flatMap((template) => {
    const peer = median(whole(template));
    return limits.flatMap((limit): Row[] => [
      {
        what: `1,000 alerts, ${template}, ${limit} bytes`,
        unit: 'ms',
        better: 'less',
        ours: median(split(template, thousand, limit)),
        peer,
        target: '<= 60',
      },
      {
        what: '  4,000 alerts, a quarter of it',
        unit: 'ms',
        better: 'less',
        ours: median(split(template, alerts, limit)) / 4,
        target: 'the same',
      },
    ]);
  });
  printComparison('notifications, rendering and splitting', 'messages', 'one text', rows);
}

/** Milliseconds. */
function median(work: () => unknown): number {
  const times = Array.from({ length: rounds }, () => {
    const before = performance.now();
    work();
    return performance.now() - before;
  });
  return quantile(times, 0.5);
}
