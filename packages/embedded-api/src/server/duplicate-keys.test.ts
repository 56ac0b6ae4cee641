import { expect, test } from 'vitest';
import { duplicateKeys } from './duplicate-keys.ts';

test.each([
  ['{"a":1,"b":2}', []],
  ['{"a":1,"a":2}', ['a']],
  ['{"a":{"b":1},"c":{"b":2}}', []],
  ['{"a":{"b":1,"b":2}}', ['a.b']],
  ['[{"a":1},{"a":2,"a":3}]', ['[1].a']],
  ['{"l":[[],{"k":{"x":1,"x":1}}]}', ['l[1].k.x']],
  ['{"a":"{\\"a\\":1,\\"a\\":2}"}', []],
  ['{"a\\"b":1,"a\\u0022b":2}', ['a"b']],
  ['{"a":"\\\\","b":["a","a"],"a":null}', ['a']],
  ['"just text"', []],
])('%s has %j twice', (text, duplicates) => {
  expect(duplicateKeys(text)).toEqual(duplicates);
});
