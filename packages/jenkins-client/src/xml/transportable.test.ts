import { expect, test } from 'vitest';
import { transportable } from './transportable.ts';

test('raw characters that a strict reader refuses or changes become references, in text only', () => {
  expect(transportable('<a b="\u2028">\u0085x\u009f<!-- \u2028 --><![CDATA[\u2028]]></a>')).toBe(
    '<a b="&#x2028;">&#x85;x&#x9f;<!-- \u2028 --><![CDATA[\u2028]]></a>',
  );
});

test.each(['&#1;', '&#x1f;', '&#x000B;', '&#31;', '&#014;'])(
  'a control character needs XML 1.1: %s',
  (reference) => {
    const root = `<a>${reference}</a>`;
    expect(transportable(`<?xml version="1.0" encoding='UTF-8'?>${root}`)).toBe(
      `<?xml version="1.1" encoding='UTF-8'?>${root}`,
    );
    expect(transportable(root)).toBe(`<?xml version='1.1' encoding='UTF-8'?>\n${root}`);
    const already = `<?xml version='1.1' encoding='UTF-8'?>${root}`;
    expect(transportable(already)).toBe(already);
  },
);

test.each(['&#10;', '&#xd;', '&#9;', '&#x20;', '&#127;', '&amp;#1;'])('others do not: %s', (reference) => {
  const text = `<?xml version="1.0"?><a>${reference}</a>`;
  expect(transportable(text)).toBe(text);
});
