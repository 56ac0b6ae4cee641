import { Jenkins } from './jenkins.ts';
import { HttpConnection } from './transport/http-connection.ts';
import type { ConnectOptions } from './transport/options.ts';

/**
 * A client for a Jenkins server. Nothing is sent before the first call. Throws InvalidError for options that cannot
 * work.
 *
 * ```ts
 * const jenkins = connect({ url: 'https://ci.example.com/jenkins', auth: { user: 'ada', token } });
 * ```
 */
export function connect(options: ConnectOptions): Jenkins {
  return new Jenkins(new HttpConnection(options), options.allowScript === true);
}
