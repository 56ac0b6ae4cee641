import { goMethod } from '../functions/go-function.ts';
import { scalarType } from '../values/go-type.ts';

/** The names that Go gives months, January first. */
export const monthNames = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const;
/** The names that Go gives days of the week, Sunday first. */
export const weekdayNames = [
  'Sunday',
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
] as const;

/** Go's time.Month: 1 is January. */
export const month = scalarType<number>({
  name: 'time.Month',
  kind: 'int',
  methods: { String: goMethod([], (value: number) => monthNames[value - 1] ?? `%!Month(${value})`) },
});

/** Go's time.Weekday: 0 is Sunday. */
export const weekday = scalarType<number>({
  name: 'time.Weekday',
  kind: 'int',
  methods: { String: goMethod([], (value: number) => weekdayNames[value] ?? `%!Weekday(${value})`) },
});
