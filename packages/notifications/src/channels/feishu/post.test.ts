import { describe, expect, test } from 'vitest';
import { cutPost, parsePost, postBytes, postReader, withParagraph } from './post.ts';

const words = (count: number, word = 'word'): string =>
  Array.from({ length: count }, (_, n) => `${word}${n}`).join(' ');

describe('what a template wrote', () => {
  test('is read as YAML', () => {
    const text =
      'zh_cn:\n  title: Alerts\n  content:\n  - - {tag: text, text: "one: two"}\n    - {tag: a, href: "https://x"}\n';
    expect(parsePost(text)).toEqual({
      zh_cn: {
        title: 'Alerts',
        content: [
          [
            { tag: 'text', text: 'one: two' },
            { tag: 'a', href: 'https://x' },
          ],
        ],
      },
    });
  });

  test('is read as JSON', () => {
    const post = { en_us: { title: 'T', content: [[{ tag: 'text', text: 'x' }]] } };
    expect(parsePost(JSON.stringify(post))).toEqual(post);
  });

  test('is read as YAML that looks like JSON', () => {
    expect(parsePost('{en_us: {title: T, content: [[{tag: text, text: x}]]}}')).toEqual({
      en_us: { title: 'T', content: [[{ tag: 'text', text: 'x' }]] },
    });
  });

  test.each([
    ['plain text', 'PodDown: it is\ndown'],
    ['YAML that breaks off', 'zh_cn: {title: "x'],
    ['another shape', 'zh_cn:\n  content: text'],
    ['elements without a tag', '{"zh_cn":{"content":[[{"text":"x"}]]}}'],
    ['a list', '- a\n- b'],
    ['a text that stands for a huge one', 'a: &a [x, x]\nb: [*a, *a, *a]'],
  ])('is told as its lines when it is %s', (_, text) => {
    const { zh_cn } = parsePost(text);
    expect(zh_cn?.content.map(([element]) => element?.['text']).join('\n')).toBe(text);
  });
});

test('a paragraph is added in every language', () => {
  const post = parsePost('{"zh_cn":{"content":[]},"en_us":{"content":[]}}');
  expect(Object.values(withParagraph(post, 'end')).map(({ content }) => content)).toEqual([
    [[{ tag: 'text', text: 'end' }]],
    [[{ tag: 'text', text: 'end' }]],
  ]);
  expect(withParagraph(post, '')).toBe(post);
});

describe('a post that is too long', () => {
  const read = (pages: string[], language = 'zh_cn'): string =>
    pages
      .flatMap((page) => parsePost(page)[language]?.content ?? [])
      .flatMap((paragraph) => paragraph.map((element) => String(element['text'])))
      .join(' ');

  test('is cut between paragraphs, with its title in every part', () => {
    const content = Array.from({ length: 50 }, (_, n) => [{ tag: 'text', text: `paragraph ${n}` }]);
    const text = JSON.stringify({ zh_cn: { title: 'Alerts', content } });
    const pages = cutPost(parsePost(text), 500, '');
    expect(pages.length).toBeGreaterThan(3);
    for (const page of pages) {
      expect(postBytes(parsePost(page))).toBeLessThanOrEqual(500);
      expect(parsePost(page)['zh_cn']?.title).toBe('Alerts');
    }
    expect(read(pages)).toBe(content.map(([element]) => element?.text).join(' '));
  });

  test('has long paragraphs cut between words, and place for what is added', () => {
    const paragraph = [
      { tag: 'text', text: words(100) },
      { tag: 'a', href: 'https://x', text: words(40, 'link') },
      { tag: 'at', user_id: 'all' },
    ];
    const pages = cutPost(
      parsePost(JSON.stringify({ zh_cn: { title: '', content: [paragraph] } })),
      400,
      'closing',
    );
    for (const page of pages) {
      expect(postBytes(withParagraph(parsePost(page), 'closing'))).toBeLessThanOrEqual(400);
    }
    expect(read(pages)).toContain(`${words(100)} ${words(40, 'link')}`);
    expect(pages.join('')).toContain('"user_id":"all"');
  });

  test('is cut in all of its languages', () => {
    const content = (word: string) => [[{ tag: 'text', text: words(60, word) }]];
    const post = {
      zh_cn: { title: '告', content: content('字') },
      en_us: { title: 'A', content: content('en') },
    };
    const pages = cutPost(parsePost(JSON.stringify(post)), 600, '');
    for (const page of pages) expect(Buffer.byteLength(page)).toBeLessThanOrEqual(600);
    expect(read(pages, 'zh_cn')).toBe(words(60, '字'));
    expect(read(pages, 'en_us')).toBe(words(60, 'en'));
  });

  test('cannot be cut when its title takes all the place', () => {
    const text = JSON.stringify({
      zh_cn: { title: 'x'.repeat(500), content: [[{ tag: 'text', text: 'y' }]] },
    });
    expect(() => cutPost(parsePost(text), 300, '')).toThrow(expect.objectContaining({ fault: 'permanent' }));
  });
});

test('no more of a notice is read as YAML than takes a moment, and the rest is told as it is', () => {
  const read = postReader();
  const yaml = (n: number) => `zh_cn: {content: [[{tag: text, text: "${n}"}]]}\n${'#'.repeat(100_000)}`;
  const texts = Array.from({ length: 20 }, (_, n) => read(yaml(n)));
  const isRead = texts.map((post) => JSON.stringify(post).length < 1_000);
  expect([isRead.indexOf(false), isRead.lastIndexOf(true)]).toEqual([10, 9]);
  expect(read(yaml(3))).toBe(texts[3]);
  expect(read('{"en_us":{"content":[]}}')).toEqual({ en_us: { content: [] } });
});
