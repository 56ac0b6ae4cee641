/** Leaves room in the 63 characters of an object's name for the run's name. */
const LONGEST = 40;

/**
 * Makes names of tasks from names of stages: lower case letters, digits and dashes, each name once.
 * Stages without such characters are called `stage`.
 */
export function taskNames(stages: readonly string[], taken: readonly string[] = []): string[] {
  const used = new Set(taken);
  return stages.map((stage) => {
    const slug = stage
      .normalize('NFKD')
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-+/, '')
      .slice(0, LONGEST)
      .replace(/-+$/, '');
    const base = slug === '' ? 'stage' : slug;
    let name = base;
    for (let count = 2; used.has(name); count++) name = `${base}-${count}`;
    used.add(name);
    return name;
  });
}
