import type { StageState } from '../engines/stage-state.ts';

/** All annotations of an object together may have 256 KiB; this one leaves room for others. */
const MAX_LENGTH = 100_000;

/** The stages of a run as JSON: with the containers of each, without them, or cut, whichever fits first. */
export function stagesAnnotation(stages: readonly StageState[]): string {
  const whole = JSON.stringify(stages);
  if (whole.length <= MAX_LENGTH) return whole;
  const short = stages.map(({ name, state, pod }) => ({
    name: name.slice(0, 100),
    state,
    ...(pod !== undefined && { pod }),
  }));
  let text = JSON.stringify(short);
  for (let count = short.length; text.length > MAX_LENGTH; count = Math.floor(count / 2))
    text = JSON.stringify(short.slice(0, count));
  return text;
}
