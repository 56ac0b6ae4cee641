import type { IncomingMessage, ServerResponse } from 'node:http';
import type { UserInfo } from '../user-info.ts';
import type { CallOptions } from './operation-types.ts';
import type { RequestInfo } from './request-info.ts';

/** An authenticated request on its way through the server. */
export interface ApiRequest {
  http: IncomingMessage;
  response: ServerResponse;
  query: URLSearchParams;
  info: RequestInfo;
  user: UserInfo;
}

// As many bytes of warnings as the real server sends.
const maxWarningBytes = 4096;

/** Who calls, how warnings reach the caller, and a signal that fires when the caller is gone. */
export function callOptions({ response, user }: ApiRequest): CallOptions {
  const controller = new AbortController();
  response.once('close', () => controller.abort());
  const warnings = new Set<string>();
  let bytes = 0;
  return {
    user,
    signal: controller.signal,
    warn(message) {
      // Printable ASCII is what every client can take in a header.
      const text = message.replaceAll(/\s+/g, ' ').replaceAll(/[^\x20-\x7e]/g, '?');
      bytes += text.length;
      if (bytes > maxWarningBytes || response.headersSent) return;
      warnings.add(`299 - "${text.replaceAll(/(["\\])/g, '\\$1')}"`);
      response.setHeader('warning', [...warnings]);
    },
  };
}
