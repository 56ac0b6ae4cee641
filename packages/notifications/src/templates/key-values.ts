import {
  compareText,
  goMethod,
  mapType,
  sliceType,
  structType,
  type GoMapData,
  type GoType,
  type GoValue,
} from '@armillary/go-template';

interface Pair {
  readonly Name: string;
  readonly Value: string;
}

/** The type of lists of strings, Go's `[]string`. */
export const stringList = sliceType<string>({ name: '[]string' });

const pair = structType<Pair>({ name: 'template.Pair', fields: ['Name', 'Value'] });

type PairList = readonly GoValue<Pair>[];

const names = (pairs: PairList): GoValue => stringList.of(pairs.map(({ value }) => value.Name));
const values = (pairs: PairList): GoValue => stringList.of(pairs.map(({ value }) => value.Value));
const without = (pairs: PairList, hidden: readonly string[]): GoValue =>
  pairList.of(pairs.filter(({ value }) => !hidden.includes(value.Name)));

/** What the method `DefaultFilter` hides, in upstream's words. */
const hiddenByDefault = ['rule_id', 'runbook_url', 'message', 'summary', 'summary_cn'];

/** Names with values in an order: upstream's and Alertmanager's `Pairs`. */
const pairList: GoType<PairList> = sliceType<GoValue<Pair>>({
  name: 'template.Pairs',
  methods: {
    Names: goMethod([], names),
    Values: goMethod([], values),
    Filter: goMethod(['...string'], (pairs: PairList, ...hidden) => without(pairs, hidden)),
    DefaultFilter: goMethod([], (pairs: PairList) => without(pairs, hiddenByDefault)),
  },
});

type Labels = GoMapData<string>;

/**
 * Labels or annotations as templates see them: upstream's and Alertmanager's `KV`. A key that is not there is the
 * empty string. `SortedPairs` (and so `Names` and `Values`) puts `alertname` first and leaves `rule_id` out.
 */
export const keyValues: GoType<Labels> = mapType<string>({
  name: 'template.KV',
  zero: '',
  methods: {
    SortedPairs: goMethod([], (labels: Labels) => pairList.of(sortedPairs(labels))),
    Names: goMethod([], (labels: Labels) => names(sortedPairs(labels))),
    Values: goMethod([], (labels: Labels) => values(sortedPairs(labels))),
    Remove: goMethod(['strings'], (labels: Labels, removed) =>
      keyValues.of(Object.fromEntries(Object.entries(labels).filter(([name]) => !removed.includes(name)))),
    ),
  },
});

function sortedPairs(labels: Labels): PairList {
  const first = (name: string): number => (name === 'alertname' ? 0 : 1);
  return Object.entries(labels)
    .filter(([name]) => name !== 'rule_id')
    .sort(([one], [other]) => first(one) - first(other) || compareText(one, other))
    .map(([Name, Value]) => pair.of({ Name, Value }));
}
