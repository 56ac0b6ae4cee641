import { randomUUID } from 'node:crypto';
import { Compile } from 'typebox/compile';
import { namesNobody } from '../answer-content.ts';
import { parseBoundedJson } from '../bounded-json.ts';
import { answerRefusal } from '../signature.ts';
import { CONTRACT_VERSION, ReceiverListBatch } from './receiver-list.ts';
import { anonymous } from './source-probe.ts';
import type { ProbeAnswer, SourceProbe } from './source-probe.ts';

/** What a check found; the message says what was seen, and what to do when it failed. */
export interface CheckVerdict {
  readonly outcome: 'passed' | 'failed' | 'skipped';
  readonly message: string;
}

/** One thing that is asked of every source. */
export interface Check {
  readonly name: string;
  /** Rejects when the source does not answer at all. */
  run(probe: SourceProbe): Promise<CheckVerdict>;
}

const passed = (message: string): CheckVerdict => ({ outcome: 'passed', message });
const failed = (message: string): CheckVerdict => ({ outcome: 'failed', message });
const skipped = (message: string): CheckVerdict => ({ outcome: 'skipped', message });
const receiverListBatch = Compile(ReceiverListBatch);

/** A namespace that nobody has. */
const unknownNamespace = (): string => `armillary-check-${randomUUID()}`;

/** Everything that is asked of a source, in the order in which a failure is best mended. */
export const checks: readonly Check[] = [
  {
    name: 'answers',
    async run(probe) {
      const answer = await probe.usual();
      if (answer.status === 404)
        return passed(
          `HTTP 404: nobody receives for this namespace, or there is nothing at ${probe.endpoint}`,
        );
      const reason = probe.unusable(answer);
      if (reason !== undefined)
        return failed(`${reason}. Answer HTTP 200 with Content-Type application/json.`);
      return passed(`HTTP 200 with ${answer.body.byteLength} bytes`);
    },
  },
  {
    name: 'in time',
    async run(probe) {
      const { tookMs } = await probe.usual();
      const advice =
        tookMs * 2 > probe.timeoutMs ? '; near to the limit, think of the moments when it is busy' : '';
      return passed(`${tookMs} ms of ${probe.timeoutMs} ms${advice}`);
    },
  },
  {
    name: 'format',
    async run(probe) {
      const answer = await probe.usual();
      if (answer.status === 404)
        return skipped('there is no answer to read; name a namespace that the source knows');
      const { receivers, tenants, configs, skipped: left } = probe.read(answer);
      return passed(
        `${receivers.length} receivers, ${tenants.length} tenants, ${configs.length} configs, ${left.length} left out`,
      );
    },
  },
  {
    name: 'receivers',
    async run(probe) {
      const answer = await probe.usual();
      if (answer.status === 404) return skipped('nobody is named; name a namespace that the source knows');
      const content = probe.read(answer);
      if (content.skipped.length > 0) {
        const reasons = content.skipped.map(({ name, reason }) => `${name}: ${reason}`);
        return failed(`these would be left out, the others are used: ${reasons.join('; ')}`);
      }
      if (namesNobody(content)) return skipped('nobody is named; name a namespace that the source knows');
      return passed('all can be used');
    },
  },
  {
    name: 'unknown namespace',
    async run(probe) {
      const answer = await probe.ask(unknownNamespace());
      if (answer.status === 404)
        return passed('HTTP 404 says nobody; HTTP 200 with "receivers": [] says it more clearly');
      const reason = probe.unusable(answer);
      if (reason !== undefined) {
        return failed(`${reason} for a namespace that is not there. Answer HTTP 200 with "receivers": [].`);
      }
      const content = probe.read(answer);
      return namesNobody(content)
        ? passed('nobody is named, by an empty list')
        : passed(
            `${content.receivers.length + content.tenants.length} are named for a namespace that is not there: is that meant?`,
          );
    },
  },
  {
    name: 'unknown parameters',
    async run(probe) {
      const answer = await probe.ask(probe.namespace, {}, { 'armillary-check': 'a b&c=d' });
      const { status } = await probe.usual();
      return answer.status === status
        ? passed('they are ignored')
        : failed(
            `HTTP ${answer.status} with one more parameter. Ignore those that you do not know: others may be sent later.`,
          );
    },
  },
  {
    name: 'ETag',
    async run(probe) {
      const { etag } = (await probe.usual()).headers;
      if (etag === undefined) {
        return skipped(
          'there is none; with one, an answer that did not change need not be made and sent again',
        );
      }
      const same = await probe.ask(probe.namespace, { headers: { 'if-none-match': etag } });
      if (same.status !== 304) {
        return failed(
          `HTTP ${same.status} to If-None-Match with the same ETag. Answer HTTP 304 without a body.`,
        );
      }
      const other = await probe.ask(probe.namespace, { headers: { 'if-none-match': '"armillary-check"' } });
      return other.status === 304
        ? failed('HTTP 304 to If-None-Match with another ETag: changes would never be seen. Compare it.')
        : passed('HTTP 304 when nothing changed');
    },
  },
  {
    name: 'credentials',
    async run(probe) {
      if (Object.keys(probe.auth.client.headers).length === 0) return skipped('none were given');
      const { secrets, verifyAnswers } = probe.auth;
      return refusedWithout(
        'credentials',
        await probe.ask(probe.namespace, { auth: { ...anonymous, secrets, verifyAnswers } }),
      );
    },
  },
  {
    name: 'signed requests',
    async run(probe) {
      const { auth, namespace } = probe;
      if (auth.secrets.length === 0) return skipped('no secret was given');
      const attempts = [
        ['a signature', { auth: { ...auth, secrets: [] } }],
        ['the right secret', { auth: { ...auth, secrets: [randomUUID()] } }],
        ['a timestamp of the last 300 s', { clockOffMs: -3_600_000 }],
      ] as const;
      for (const [what, changes] of attempts) {
        const verdict = refusedWithout(what, await probe.ask(namespace, changes));
        if (verdict.outcome === 'failed') return verdict;
      }
      return passed('requests without a good signature are refused');
    },
  },
  {
    name: 'signed answers',
    async run(probe) {
      if (!probe.auth.verifyAnswers) return skipped('answers need not be signed');
      for (const answer of [await probe.usual(), await probe.ask(unknownNamespace())]) {
        const refusal = answerRefusal(answer, answer.headers, probe.auth.secrets, probe.clock.now());
        if (refusal !== undefined)
          return failed(`HTTP ${answer.status} is refused: ${refusal}. Sign every answer.`);
      }
      return passed('answers are signed');
    },
  },
  {
    name: 'batch',
    async run(probe) {
      const items = [probe.namespace, unknownNamespace()].map((namespace) => ({
        cluster: probe.cluster,
        namespace,
        labels: {},
      }));
      const answer = await probe.askMany({ apiVersion: CONTRACT_VERSION, kind: 'ReceiverQuery', items });
      if ([404, 405, 501].includes(answer.status)) {
        return skipped('not offered, which is fine; leave spec.batch of the ReceiverSource out');
      }
      const reason = probe.unusable(answer);
      if (reason !== undefined) return failed(`${reason}. Answer HTTP 404 when batches are not offered.`);
      const batch = parseBoundedJson(answer.body);
      if (!receiverListBatch.Check(batch) || batch.items.length !== items.length) {
        return failed('the answer is no ReceiverListBatch with one ReceiverList per item, in their order');
      }
      const [known] = batch.items.map((item) => probe.readValue(item));
      const alone = await probe.usual();
      const agrees =
        alone.status === 404 ? known && namesNobody(known) : sameReceivers(known, probe.read(alone));
      return agrees
        ? passed('set spec.batch of the ReceiverSource')
        : failed('a batch says something else than a single question');
    },
  },
];

function refusedWithout(what: string, { status }: ProbeAnswer): CheckVerdict {
  return status === 401 || status === 403
    ? passed(`without ${what}: HTTP ${status}`)
    : failed(
        `HTTP ${status} without ${what}: whoever reaches the port can read who receives. Answer HTTP 401.`,
      );
}

interface Named {
  readonly receivers: readonly { readonly type: string; readonly name: string }[];
  readonly tenants: readonly string[];
}

function sameReceivers(one: Named | undefined, other: Named): boolean {
  const names = ({ receivers, tenants }: Named): string =>
    [...receivers.map(({ type, name }) => `${type}/${name}`), ...tenants].sort().join('\n');
  return one !== undefined && names(one) === names(other);
}
