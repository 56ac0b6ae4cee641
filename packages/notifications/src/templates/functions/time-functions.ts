import { goFunction } from '@armillary/go-template';
import { RE2JS } from 're2js';
export const timeFunctions = (_: unknown) => ({
  match: goFunction(['string', 'string'], (p, t) => RE2JS.compile(p).matcher(t).find()),
  reReplaceAll: goFunction(['string', 'string', 'string'], (p, r, t) =>
    RE2JS.compile(p).matcher(t).replaceAll(r),
  ),
});
