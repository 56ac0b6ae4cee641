import { describe, expect, expectTypeOf, test } from 'vitest';
import { field, range, select, type ResultOf, type Selection } from './select.ts';

describe('a selection', () => {
  test('gives the text of tree', () => {
    expect(select({ name: true, lastBuild: { number: true, result: true } }).tree).toBe(
      'name,lastBuild[number,result]',
    );
    expect(select({ jobs: range({ name: true }, 0, 50) }).tree).toBe('jobs[name]{0,50}');
    expect(select({ jobs: range({ name: true, jobs: { name: true } }, 100) }).tree).toBe(
      'jobs[name,jobs[name]]{100,}',
    );
  });

  test('takes other selections as parts', () => {
    const build = select({ number: true, building: true });
    const job = select({ lastBuild: build, builds: build });
    expect(job.tree).toBe('lastBuild[number,building],builds[number,building]');
    expectTypeOf<NonNullable<ResultOf<typeof job>['lastBuild']>['building']>().toEqualTypeOf<boolean>();
    expectTypeOf<ResultOf<typeof job>['builds'][number]['number']>().toEqualTypeOf<number>();
  });

  test('gives the type of the result', () => {
    const selection = select({
      name: true,
      description: true,
      lastBuild: { number: true, result: true },
      jobs: range({ name: true }, 0, 2),
      property: { parameterDefinitions: { name: true } },
      own: field<{ deep: number }>(),
      unheardOf: true,
    });
    type Result = ResultOf<typeof selection>;
    expectTypeOf<Result['name']>().toEqualTypeOf<string>();
    expectTypeOf<Result['description']>().toEqualTypeOf<string | null>();
    expectTypeOf<NonNullable<Result['lastBuild']>['number']>().toEqualTypeOf<number>();
    expectTypeOf<Result['lastBuild']>().extract<null>().toEqualTypeOf<null>();
    expectTypeOf<Result['jobs'][number]['name']>().toEqualTypeOf<string>();
    expectTypeOf<Result['property'][number]['parameterDefinitions']>().exclude<undefined>().toBeArray();
    expectTypeOf<Result['property'][number]['parameterDefinitions']>()
      .extract<undefined>()
      .toEqualTypeOf<undefined>();
    expectTypeOf<Result['own']>().toEqualTypeOf<{ deep: number }>();
    expectTypeOf<Result['unheardOf']>().toBeUnknown();
    expectTypeOf<Result>().not.toHaveProperty('color');
    expectTypeOf(selection).toExtend<Selection<{ name: string }>>();
  });

  test.each(['a b', 'a[b]', 'a,b', '', '{', '1a', 'ä', 'jobs[name]{0,1}'])(
    'refuses the field name "%s"',
    (name) => {
      expect(() => select({ [name]: true })).toThrow('is no name of a field');
    },
  );

  test('refuses to select nothing, at any depth', () => {
    expect(() => select({})).toThrow('The selection is empty');
    expect(() => select({ lastBuild: {} })).toThrow('The selection is empty');
  });

  test.each([
    [-1, 2],
    [3, 2],
    [0.5, 2],
    [0, Infinity],
    [NaN, undefined],
  ])('refuses the range %s to %s', (from, to) => {
    expect(() => range({ name: true }, from, to)).toThrow('is no range');
  });
});
