/**
 * Whole numbers from 0 up to below a limit, always the same ones for the same seed, so that a test that fails fails
 * again (a linear congruence of Numerical Recipes).
 */
export function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
