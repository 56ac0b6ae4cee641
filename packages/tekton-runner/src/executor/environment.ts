/** The variables of a process, in order of declaration. */
export type Environment = Map<string, string>;

/**
 * Replaces `$(NAME)` by the value of a variable, as the kubelet does in commands, arguments and later variables:
 * `$$(NAME)` is a literal `$(NAME)`, unknown names stay.
 */
export function expandVariables(text: string, environment: ReadonlyMap<string, string>): string {
  return text.replace(/\$(\$|\(([^()]*)\))/g, (whole, _rest: string, name: string | undefined) => {
    if (name === undefined) return '$';
    return environment.get(name) ?? whole;
  });
}

/** Declared variables over the base ones; each value may use those before it. */
export function expandEnvironment(
  base: Environment,
  declared: readonly (readonly [string, string])[],
): Environment {
  const environment = new Map(base);
  for (const [name, value] of declared) environment.set(name, expandVariables(value, environment));
  return environment;
}

/** What a step gets of the runner's own environment: nothing but the path to programs and the language. */
export function baseEnvironment(
  own: NodeJS.ProcessEnv,
  folders: { home: string; temporary: string },
): Environment {
  return new Map([
    ['PATH', own['PATH'] ?? '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'],
    ['HOME', folders.home],
    ['LANG', own['LANG'] ?? 'C.UTF-8'],
    ['TMPDIR', folders.temporary],
  ]);
}
