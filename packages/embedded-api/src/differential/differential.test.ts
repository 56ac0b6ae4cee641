import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { acceptedDifferences, explain } from './accepted-differences.ts';
import type { KnownDifference } from './accepted-differences.ts';
import type { Oracle } from './case.ts';
import { cases } from './cases.ts';
import { compareAnswers } from './compare-answers.ts';
import { startEmbeddedServer } from './embedded-server.ts';
import type { Endpoint } from './endpoint.ts';
import { startExtensionsServer, startRealServer } from './real-server.ts';
import { readRecording, writeRecording } from './recording.ts';
import { runCase } from './run-case.ts';

const assets = process.env['KUBEBUILDER_ASSETS'];
const extensions = process.env['APIEXTENSIONS_APISERVER'];
const recording = process.env['RECORD'] === '1';

/** Why cases of an oracle are compared with recordings only; undefined when the oracle itself can be asked. */
const missing = (oracle: Oracle): string | undefined => {
  if (!assets)
    return 'KUBEBUILDER_ASSETS names no folder with etcd, kube-apiserver and kube-controller-manager';
  if (oracle === 'apiextensions-apiserver' && !extensions)
    return 'APIEXTENSIONS_APISERVER names no program (scripts/extensions-api-server.ts builds it)';
  return undefined;
};

const oracles: Record<Oracle, () => Promise<Endpoint>> = {
  'kube-apiserver': async () => startRealServer(assets ?? ''),
  'apiextensions-apiserver': async () => startExtensionsServer(extensions ?? '', assets ?? ''),
};

let embedded: Endpoint;
const occurred = new Set<KnownDifference>();
let compared = 0;

beforeAll(async () => {
  embedded = await startEmbeddedServer();
});
afterAll(async () => embedded?.close());

for (const oracle of Object.keys(oracles) as Oracle[])
  describe(`answers of ${oracle}`, () => {
    const why = missing(oracle);
    let real: Endpoint | undefined;
    beforeAll(async () => {
      if (why)
        process.stderr.write(
          `SKIPPED: comparing with a running ${oracle}: ${why}; its recordings are used\n`,
        );
      else real = await oracles[oracle]();
    });
    afterAll(async () => real?.close());

    for (const one of cases.filter((each) => each.oracle === oracle))
      test(one.name, async () => {
        const theirs = real ? await runCase(real, one) : readRecording(one.name);
        if (real && recording) writeRecording(one.name, theirs);
        const found = compareAnswers(one.name, theirs, await runCase(embedded, one));
        const unexplained = found.filter((difference) => {
          const known = explain(difference);
          if (known) occurred.add(known);
          return !known;
        });
        compared++;
        expect(unexplained).toEqual([]);
      });
  });

test('every accepted difference still occurs', ({ skip }) => {
  // Selecting single cases says nothing about the others.
  if (compared < cases.length) skip();
  const gone = acceptedDifferences.filter((accepted) => !occurred.has(accepted));
  expect(gone.map(({ exchange, path, reason }) => `${exchange} ${path}: ${reason}`)).toEqual([]);
});
