import { describe, expect, test } from 'vitest';
import { recording, recordingNames } from '../testing/recording.ts';
import { elementOfClass } from './class-name.ts';
import { XmlDocument } from './document.ts';
import { decodeText, encodeText, unstorable } from './text.ts';

const odd = [
  "<?xml version='1.1' encoding='UTF-8'?>\n<!-- before --><a b = \"1\"\n  c='&lt;2>'  ><?pi x?><!-- <a> -->",
  '<![CDATA[<&]]]]><![CDATA[>]]>&#x1F680;&#65;<b/><b />< </a >\n<!-- after -->\n',
]
  .join('')
  .replace('< ', '');

describe('a document', () => {
  test('is written as it was read, byte for byte', () => {
    expect(XmlDocument.parse(odd).toString()).toBe(odd);
    const configurations = recordingNames().filter(
      (name) => name.includes('config-xml') || name.includes('-xml-'),
    );
    for (const name of configurations) {
      const { status, body } = recording(name).response;
      if (status !== 200 || !body.startsWith('<?xml')) continue;
      expect(XmlDocument.parse(body).toString()).toBe(body);
    }
  });

  test('tells text through comments, CDATA sections and references', () => {
    const { root } = XmlDocument.parse(odd);
    expect(root.text).toBe('<&]]>🚀A');
    expect([root.attribute('b'), root.attribute('c'), root.attribute('d')]).toEqual(['1', '<2>', undefined]);
    expect(root.elements.map(({ name }) => name)).toEqual(['b', 'b']);
  });

  test('is laid out as Jenkins does where it is changed', () => {
    const document = XmlDocument.parse('<a>\n  <b/>\n  <c/>\n</a>');
    const { root } = document;
    root.child('b')?.add('x').add('y', ' class="z"');
    const gone = root.child('c');
    if (gone) root.remove(gone);
    root.add('d').text = '';
    expect(document.toString()).toBe(
      '<a>\n  <b>\n    <x>\n      <y class="z"/>\n    </x>\n  </b>\n  <d/>\n</a>',
    );
    for (const element of root.elements) root.remove(element);
    expect(document.toString()).toBe('<a/>');
  });

  test.each([
    ['\r\n', '\t'],
    ['\n', '    '],
    ['\n', ''],
    ['', ''],
  ])('is laid out as the file is: %j %j', (lineEnd, indent) => {
    const line = (depth: number): string => lineEnd + indent.repeat(depth);
    const document = XmlDocument.parse(`<a>${line(1)}<b/>${line(0)}</a>`);
    document.root.child('b')?.add('c').add('d');
    document.root.add('e');
    expect(document.toString()).toBe(
      `<a>${line(1)}<b>${line(2)}<c>${line(3)}<d/>${line(2)}</c>${line(1)}</b>${line(1)}<e/>${line(0)}</a>`,
    );
  });

  test('keeps on one line what is, and comments where elements go', () => {
    const document = XmlDocument.parse('<a>\n  <b><c/></b>\n  <!-- why --><d/>\n</a>');
    document.root.child('b')?.add('x').add('y');
    for (const element of document.root.elements.slice(1)) document.root.remove(element);
    expect(document.toString()).toBe('<a>\n  <b><c/><x><y/></x></b>\n  <!-- why -->\n</a>');
  });

  test('is read with a byte order mark, and line ends as XML has them', () => {
    const text = '\ufeff<?xml version="1.0"?>\r\n<a\r\n b="x">1\r\n2<![CDATA[3\r\n4]]></a>\r\n';
    const document = XmlDocument.parse(text);
    expect(document.root.text).toBe('1\n23\n4');
    expect(document.toString()).toBe(text);
  });

  test('finds attributes by their own names only', () => {
    const { root } = XmlDocument.parse(`<a x=" class='no' " myclass="no" class = 'yes &amp; no'/>`);
    expect(root.attribute('class')).toBe('yes & no');
    root.setAttribute('class', '<b>');
    root.setAttribute('myclass', undefined);
    expect(root.toString()).toBe(`<a x=" class='no' " class="&lt;b&gt;"/>`);
  });

  test('in another encoding is refused when that makes a difference', () => {
    const declared = (text: string): string => `<?xml version='1.0' encoding='ISO-8859-1'?><a>${text}</a>`;
    expect(XmlDocument.parse(declared('plain')).root.text).toBe('plain');
    expect(() => XmlDocument.parse(declared('gr\ufffdn'))).toThrow(/written in ISO-8859-1/);
  });

  test.each([
    ['nothing', ''],
    ['text', 'x'],
    ['no end', '<a>'],
    ['another end', '<a></b>'],
    ['an end too many', '<a/></a>'],
    ['two roots', '<a/><b/>'],
    ['text behind the root', '<a/>x'],
    ['a broken tag', '<a <b/></a>'],
    ['a broken attribute', '<a b=c/>'],
    ['an open comment', '<a><!-- </a>'],
    ['a document type', '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'],
    ['CDATA outside', '<![CDATA[x]]><a/>'],
    ['a page', '<!doctype html><html><body>Sign in</body></html>'],
  ])('is refused when it is %s', (_, text) => {
    expect(() => XmlDocument.parse(text)).toThrow(
      expect.objectContaining({ code: 'UnexpectedBody' }) as Error,
    );
  });

  test('is refused beyond the limits', () => {
    const deep = '<a>'.repeat(300) + '</a>'.repeat(300);
    expect(() => XmlDocument.parse(deep)).toThrow(expect.objectContaining({ code: 'TooLarge' }) as Error);
    const long = `<a>${' '.repeat(17 * 1024 * 1024)}</a>`;
    expect(() => XmlDocument.parse(long)).toThrow(expect.objectContaining({ code: 'TooLarge' }) as Error);
  });
});

describe('text', () => {
  test.each(['a\r\nb', '\t \n', `<&>'"]]>`, '🚀 ünï', '\u0001\u001f\u007f\u0085\u2028', '&amp;'])(
    'survives: %j',
    (text) => {
      expect(decodeText(encodeText(text))).toBe(text);
    },
  );

  test('may have references with many zeros', () => {
    expect(decodeText('&#x00000000000000000041;&#00000000000066;')).toBe('AB');
  });

  test('has its line ends made plain, as XML says', () => {
    expect(decodeText('a\r\nb\rc\nd&#xd;')).toBe('a\nb\nc\nd\r');
  });

  test.each(['&nbsp;', '& ', '&#0;', '&#xd800;', '&#x110000;', '&constructor;', '&#xZ;', '&'])(
    'is refused with %s',
    (text) => {
      expect(() => decodeText(text)).toThrow(/reference/);
    },
  );

  test('that no document can hold is told', () => {
    expect(['\0', 'a\ufffe', '\ud83d', '\ude00x'].map(unstorable)).toEqual([
      'the character NUL',
      'U+FFFE or U+FFFF',
      'half a surrogate pair',
      'half a surrogate pair',
    ]);
    expect(unstorable('🚀\u0001')).toBeUndefined();
  });

  test('of a class becomes the name of an element', () => {
    expect(elementOfClass('org.x.github_branch_source.A$B')).toBe('org.x.github__branch__source.A_-B');
  });
});
