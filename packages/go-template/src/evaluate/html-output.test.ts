import { describe, expect, test } from 'vitest';
import { goFunction, safeHtml, TemplateSet } from '../index.ts';

const functions = { safeHtml: goFunction(['string'], (text) => safeHtml.of(text)) };
const render = (text: string, data: unknown): string =>
  new TemplateSet({ html: true, functions }).parse('a', text).execute('a', data);
const bomb = `<img src=x onerror="alert('1')">&+\0`;
const escaped = '&lt;img src=x onerror=&#34;alert(&#39;1&#39;)&#34;&gt;&amp;&#43;\ufffd';

describe('in HTML', () => {
  test('what actions give is escaped, the text of the template is not', () => {
    expect(render('<p>{{.}}</p>', bomb)).toBe(`<p>${escaped}</p>`);
    expect(render('<p title="{{.}}">', bomb)).toBe(`<p title="${escaped}">`);
    expect(render('{{define "x"}}<b>{{.}}</b>{{end}}{{template "x" .}}', '<i>')).toBe('<b>&lt;i&gt;</b>');
    expect(render('{{range $k, $v := .}}{{$k}}{{$v}}{{end}}', { '<k>': '<v>' })).toBe('&lt;k&gt;&lt;v&gt;');
    expect(render('{{.}}', { a: ['<'] })).toBe('map[a:[&lt;]]');
  });

  test('safe values are written as they are, but only by themselves', () => {
    expect(render('{{safeHtml .}}', '<b>x</b>')).toBe('<b>x</b>');
    expect(render('{{.}}', safeHtml.of('<b>x</b>'))).toBe('<b>x</b>');
    expect(render('{{print (safeHtml .) "<"}}', '<b>')).toBe('&lt;b&gt;&lt;');
  });

  test('what is missing is left out', () => {
    expect(render('[{{.a}}{{.b}}]', { a: null })).toBe('[]');
  });

  test.each([
    'javascript:alert(1)',
    ' JavaScript:alert(1)',
    'java\nscript:alert(1)',
    'data:text/html,x',
    'vbscript:x',
  ])('an address attribute does not take %j', (address) => {
    expect(render('<a href="{{.}}">', address)).toBe('<a href="#ZgotmplZ">');
    expect(render("<a class='x' HREF = '{{.}}'>", address)).toBe("<a class='x' HREF = '#ZgotmplZ'>");
    expect(render('<img src={{.}}>', address)).toBe('<img src=#ZgotmplZ>');
  });

  test('nor an address that is put together', () => {
    const parts = { a: 'java', b: 'script:alert(1)' };
    expect(render('<a href="{{.a}}{{.b}}">', parts)).toBe('<a href="java#ZgotmplZ">');
    expect(render('<a href="{{if .a}}java{{end}}{{.b}}">', parts)).toBe('<a href="java#ZgotmplZ">');
  });

  test.each([
    'https://example.org/?a=1',
    'http://x',
    'mailto:a@example.org',
    'tel:123',
    '/path?x=a:b',
    '#top',
    'a/b:c',
  ])('an address attribute takes %j', (address) => {
    expect(render('<a href="{{.}}">', address)).toBe(`<a href="${address}">`);
  });

  test('an attribute without quotes cannot be left', () => {
    expect(render('<p title={{.}}>', 'x onclick=`alert(1)`')).toBe(
      '<p title=x&#32;onclick&#61;&#96;alert(1)&#96;>',
    );
    expect(render('<p title={{.}}{{.}}>', 'a b')).toBe('<p title=a&#32;ba&#32;b>');
    expect(render('<p>a = {{.}}</p>', 'b c')).toBe('<p>a = b c</p>');
  });
});
