import { describe, expect, test } from 'vitest';

import { recording } from './recording.ts';
import { element, find, parseXml, renderXml, setChild, textOf, XmlError } from './xml.ts';

describe('documents', () => {
  test.each([
    '02-items-25-pipeline-config-xml',
    '02-items-33-scm-pipeline-config-xml',
    '02-items-36-mb-config-xml',
    '04-mb-19-branch-main-config',
    '12-replace-06-xml-3',
  ])('%s is written as it was read', (name) => {
    const { body } = recording(name).response;
    expect(renderXml(parseXml(body))).toBe(body);
  });

  test.each(['<not-xml', '<a></b>', '<a>', 'text', '', '<a/><b/>', '<a>&unknown;</a>', '<a x=1/>', '</a>'])(
    '%j is not well-formed',
    (text) => {
      expect(() => parseXml(text)).toThrow(XmlError);
    },
  );

  test('keeps text, attributes, CDATA and entities', () => {
    const root = parseXml(
      `<?xml version="1.1"?><!-- c --><a x='1 &lt; 2'><b><![CDATA[<&>]]></b><c>&#x41;&#66;&amp;</c><d></d><e/></a>`,
    );
    expect(root.attributes).toEqual({ x: '1 < 2' });
    expect(textOf(find(root, 'b'))).toBe('<&>');
    expect(textOf(find(root, 'c'))).toBe('AB&');
    expect(renderXml(root)).toContain('<d></d>\n  <e/>');
    expect(find(root, 'b', 'nothing')).toBeUndefined();
  });

  test('puts a child where the old one was, behind its neighbour, or takes it away', () => {
    const root = element('a', [element('b'), element('c', 'old'), element('d')]);
    setChild(root, 'c', element('c', 'new'));
    setChild(root, 'e', element('e'), ['b']);
    setChild(root, 'd', undefined);
    expect(renderXml(root).split('\n').slice(1)).toEqual(['<a>', '  <b/>', '  <e/>', '  <c>new</c>', '</a>']);
  });
});
