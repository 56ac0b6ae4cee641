import { expect, test } from 'vitest';
import { recording } from '../testing/recording.ts';
import { parseReplayPage } from './replay-page.ts';

test('the scripts of a page, with their entities decoded', () => {
  const page = `<form action="run"><textarea checkMethod="post" name="_.mainScript" rows="5" class="jenkins-input">
node { echo &quot;1 &lt; 2 &amp;&amp; &#39;x&#x27;&quot; }
echo '&unknown; &#99999999;'</textarea>
    <textarea name="_.Script1" class="x">def call() { }</textarea>
    <textarea name="other">no script</textarea></form>`;
  expect(parseReplayPage(page)).toEqual({
    script: `node { echo "1 < 2 && 'x'" }\necho '&unknown; &#99999999;'`,
    scripts: { Script1: 'def call() { }' },
  });
});

test('a page of areas that do not end takes no time', () => {
  expect(parseReplayPage('<textarea name="_.mainScript">'.repeat(100_000))).toBeUndefined();
});

test('a page without a main script has none', () => {
  expect(parseReplayPage(recording('03-builds-72-replay-page').response.body)).toBeUndefined();
  expect(parseReplayPage('<textarea name="_.Script1">x</textarea>')).toBeUndefined();
  expect(parseReplayPage('')).toBeUndefined();
});
