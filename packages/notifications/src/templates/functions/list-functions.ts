import { goFunction } from '@armillary/go-template';
import { keyValues, stringList } from '../key-values.ts';

/** Functions that make and join lists and maps. `join` takes the separator first, to stand at the end of a pipeline. */
export const listFunctions = {
  join: goFunction(['string', 'strings'], (separator, texts) => texts.join(separator)),
  stringSlice: goFunction(['...string'], (...texts) => stringList.of(texts)),
  list: goFunction(['...any'], (...values) => values),
  append: goFunction(['list', '...any'], (values, ...more) => [...values, ...more]),
  dict: goFunction(['...any'], (...values) => {
    if (values.length % 2 !== 0) throw new Error('dict needs a value for each key');
    const entries: [string, unknown][] = [];
    for (let at = 0; at < values.length; at += 2) {
      const key = values[at];
      if (typeof key !== 'string') throw new Error('dict needs strings as keys');
      entries.push([key, values[at + 1]]);
    }
    return Object.fromEntries(entries);
  }),
  /** Alertmanager's labels of its route: they do not come with an alert, so there are none. */
  routeLabels: goFunction([], () => keyValues.of({})),
};
