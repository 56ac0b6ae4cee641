import { isJenkinsError, UnsupportedError } from './errors.ts';

/**
 * The result of a request to a plugin's route. When there is nothing at the route, and the server turns out to lack the
 * plugin, the error becomes an UnsupportedError that names it; only then is the server asked.
 */
export async function unsupportedWhenMissing<T>(
  result: Promise<T>,
  plugin: string,
  present: () => Promise<boolean>,
): Promise<T> {
  try {
    return await result;
  } catch (error) {
    if (!isJenkinsError(error, 'NotFoundOrHidden') || (await present())) throw error;
    throw new UnsupportedError(`The server has no plugin ${plugin}. Install it to do this.`, [plugin], {
      cause: error,
      method: error.method,
      path: error.path,
      status: error.status,
    });
  }
}
