/** Waits until the condition holds, and fails with its name when it never does. */
export async function until(name: string, condition: () => unknown, limitMs = 15_000): Promise<void> {
  const end = Date.now() + limitMs;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`never came true: ${name}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
