const group = /\((?:\?(?:P?<\w+>|[a-zA-Z-]*[:)])?)?/y;
const repeat = /\{(\d{1,4})(?:,(\d{0,4}))?\}/y;
const oneCharacter = /\\(?:[pPx]\{[^}]*\}|[^])|\[\^?\]?(?:\[:[^\]]*:\]|\\[^]|[^\]\\])*\]|[^]/y;

/**
 * About how many instructions a regular expression of RE2's syntax compiles to, counted without compiling it: `a{1000}`
 * is a thousand, and ten thousand characters of such repetitions fill a machine's memory. Counts too many rather than
 * too few. The text need not be a regular expression.
 */
export function regexSize(pattern: string): number {
  const outer: number[] = [];
  let sum = 0;
  let last = 0;
  const read = (token: RegExp, at: number): RegExpExecArray | null => {
    token.lastIndex = at;
    return token.exec(pattern);
  };
  for (let at = 0; at < pattern.length;) {
    const counted = read(repeat, at);
    const opened = counted ? null : read(group, at);
    if (counted) {
      const times = Math.max(1, Number(counted[1]), Number(counted[2] ?? 0));
      sum += last * (times - 1) + 1;
      last *= times;
    } else if (opened) {
      if (!opened[0].endsWith(')')) {
        outer.push(sum);
        sum = 0;
      }
      last = 0;
    } else if (pattern[at] === ')') {
      last = sum + 2;
      sum = (outer.pop() ?? 0) + last;
    } else {
      const isOperator = '*+?|'.includes(pattern[at]!);
      sum += 1;
      if (!isOperator) last = 1;
    }
    at += (counted ?? opened ?? read(oneCharacter, at))?.[0].length ?? 1;
  }
  return outer.reduce((size, before) => size + before, sum);
}
