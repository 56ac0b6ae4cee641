import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { LogOutput } from './log-output.ts';

/** A reader that takes one piece whenever it is told to. */
class SlowReader extends Writable {
  text = '';
  #next: (() => void) | undefined;

  constructor() {
    super({ highWaterMark: 4 });
  }

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString('utf8');
    this.#next = done;
  }

  take(): void {
    this.#next?.();
  }
}

test('writers wait for a slow reader, together', async () => {
  const reader = new SlowReader();
  const output = new LogOutput(reader, false);
  let printed = 0;
  const writers = Array.from({ length: 20 }, async (_, index) => {
    await output.lines({ stage: `s${index}`, container: 'step-a' }, [Buffer.from('line')]);
    printed++;
  });
  await Promise.resolve();
  expect(printed).toBe(0);
  expect(reader.text).toBe('[s0/a] line\n');
  expect(reader.listenerCount('drain')).toBe(1);
  for (let taken = 0; taken < 20; taken++) {
    reader.take();
    await new Promise((resolve) => setImmediate(resolve));
  }
  await Promise.all(writers);
  expect(reader.text.trimEnd().split('\n')).toHaveLength(20);
});

test('a reader that leaves is told apart from a place that is full', async () => {
  for (const [code, gone] of [
    ['EPIPE', true],
    ['ENOSPC', false],
  ] as const) {
    const reader = new SlowReader();
    const output = new LogOutput(reader, true);
    const waiting = output.lines({ stage: 'a' }, [Buffer.from('x')]);
    reader.destroy(Object.assign(new Error(`write ${code}`), { code }));
    await expect(waiting).rejects.toThrow();
    expect(output.signal.aborted).toBe(true);
    expect(output.readerGone).toBe(gone);
    await expect(output.bytes(Buffer.from('y'))).rejects.toThrow(/the log cannot be written/);
  }
});
