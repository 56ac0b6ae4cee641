/** A Java class as the name of an element, in the way of XStream: `_` is doubled, `$` becomes `_-`. */
export function elementOfClass(javaClass: string): string {
  return javaClass.replace(/[_$]/g, (character) => (character === '_' ? '__' : '_-'));
}
