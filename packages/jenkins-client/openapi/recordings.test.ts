import { describe, expect, test } from 'vitest';
import { recording, recordingNames } from '../src/testing/recording.ts';
import { unsupported, whyNotTaken } from '../src/testing/replay/unsupported.ts';
import { invalid, undescribed } from './check-exchange.ts';

const taken = recordingNames().filter((name) => whyNotTaken(name) === undefined);

describe('the description', () => {
  test.each(taken)('knows %s', (name) => {
    const { request, response } = recording(name);
    const { method, headers, body } = request;
    const exchange = {
      method,
      // One recording has a parameter of its job in the query; any job may have such.
      path: request.path.replace('&WHO=z', ''),
      status: response.status,
      sent: body === undefined ? undefined : { type: mediaType(headers['content-type']), body },
      answered: { type: mediaType(response.headers['content-type']), body: response.body },
    };
    expect(undescribed(exchange)).toEqual([]);
  });

  test('is held so strictly that a property is seen that it does not know', () => {
    expect(invalid('Queue', { _class: 'hudson.model.Queue', items: [{ id: 1 }] })).toEqual([]);
    expect(invalid('Queue', { items: [{ id: '1' }] })).toEqual(['/items/0/id must be integer']);
    expect(invalid('Queue', { items: [{ id: 1, news: 1 }] })).not.toEqual([]);
  });

  test('leaves out no recording without a reason', () => {
    const unused = Object.keys(unsupported).filter((prefix) => recordingNames(prefix).length === 0);
    expect(unused).toEqual([]);
  });
});

function mediaType(header: string | readonly string[] | undefined): string {
  return typeof header === 'string' ? (header.split(';')[0] ?? '') : '';
}
