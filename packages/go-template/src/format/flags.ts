/** What stands between `%` and the verb. */
export interface Flags {
  readonly plus: boolean;
  readonly minus: boolean;
  readonly sharp: boolean;
  readonly space: boolean;
  readonly zero: boolean;
  /** `%+v`: structs with the names of their fields. */
  readonly plusV: boolean;
  /** `%#v`: as Go would write the value in a program. */
  readonly sharpV: boolean;
  /** Least number of characters; undefined when not given. */
  readonly width: number | undefined;
  readonly precision: number | undefined;
}

/** A verb without anything between it and the percent sign. */
export const noFlags: Flags = {
  plus: false,
  minus: false,
  sharp: false,
  space: false,
  zero: false,
  plusV: false,
  sharpV: false,
  width: undefined,
  precision: undefined,
};

/** How many characters a text shows, where JavaScript counts those beyond U+FFFF twice. */
const characters = (text: string): number =>
  text.length - (text.match(/[\ud800-\udbff][\udc00-\udfff]/g)?.length ?? 0);

/** A text filled up to the width. */
export function pad(text: string, flags: Flags): string {
  const missing = (flags.width ?? 0) - characters(text);
  if (missing <= 0) return text;
  const filling = (flags.zero ? '0' : ' ').repeat(missing);
  return flags.minus ? text + filling : filling + text;
}
