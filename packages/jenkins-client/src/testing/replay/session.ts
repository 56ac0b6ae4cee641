import { afterAll, beforeAll, describe, expect, test } from 'vitest';

import type { FakeOptions } from '../fake-jenkins.ts';
import { recording, recordingNames } from '../recording.ts';
import { differences } from './compare.ts';
import { whyNotReplayed } from './not-replayed.ts';
import { Stage } from './stage.ts';
import { whyUnsupported } from './unsupported.ts';

/** A row of recordings that were made one after the other. */
export interface Session {
  readonly title: string;
  /** The recordings whose names start so, in their order. */
  readonly names: readonly string[];
  readonly options?: FakeOptions;
  /** Brings the server to the state in which the recording began. */
  readonly setUp?: (stage: Stage) => Promise<void>;
  /** Logs whose lines are what other programs printed, by the starts of their recordings' names. */
  readonly printedByOthers?: readonly string[];
  /** What happened before a recording and was not recorded, by the start of its name. */
  readonly before?: Readonly<Record<string, (stage: Stage) => Promise<void>>>;
}

/** Sends the requests of a session again and compares the answers with those of the real server. */
export function replaySession({
  title,
  names,
  options,
  setUp,
  printedByOthers = [],
  before = {},
}: Session): void {
  describe(title, () => {
    let stage: Stage;
    beforeAll(async () => {
      stage = await Stage.open(options);
      await setUp?.(stage);
    });
    afterAll(() => stage.fake.close());

    const all = names
      .flatMap((prefix) => recordingNames(prefix))
      .filter((name) => whyUnsupported(name) === undefined && whyNotReplayed(name) === undefined);
    test.each(all)('%s', async (name) => {
      for (const [prefix, direction] of Object.entries(before))
        if (name.startsWith(prefix)) await direction(stage);
      const answered = await stage.replay(name);
      const withLog = !printedByOthers.some((prefix) => name.startsWith(prefix));
      expect(differences(recording(name).response, answered, stage, withLog)).toEqual([]);
    });
  });
}
