import { request } from 'node:https';
import type { IncomingMessage } from 'node:http';

/** A server under comparison: where it listens and how its administrator signs in. */
export interface Endpoint {
  port: number;
  /** PEM of the certificate authority, or undefined for a throw-away server whose certificate nobody knows. */
  ca?: string;
  token?: string;
  /** Where namespaces are made, for a server that has none of its own. */
  core?: Endpoint;
  close(): Promise<void>;
}

/** One HTTP request. `body` is sent as JSON unless it is text. */
export interface Exchange {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  path: string;
  contentType?: string;
  accept?: string;
  body?: unknown;
  /** A bearer token to use in place of the administrator's; empty for an anonymous request. */
  token?: string;
  /** For a watch: how many events to wait for. The answer's body is the list of them. */
  events?: number;
}

/** What came back, before normalising. `body` is parsed JSON, or text when it is none. */
export interface Answer {
  status: number;
  contentType: string;
  warnings: string[];
  body: unknown;
}

const deadlineMs = 15_000;

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
};

const read = async (response: IncomingMessage, events: number | undefined): Promise<unknown> => {
  let text = '';
  const watching = events !== undefined && response.statusCode === 200;
  response.setEncoding('utf8');
  for await (const chunk of response) {
    text += String(chunk);
    if (watching && text.split('\n').length > events) {
      response.destroy();
      break;
    }
  }
  if (!watching) return parsed(text);
  return text
    .split('\n')
    .filter((line) => line !== '')
    .slice(0, events)
    .map(parsed);
};

/**
 * Sends one request and reads the whole answer.
 * @throws Error after 15 seconds, or when the connection fails.
 */
export const send = async (endpoint: Endpoint, exchange: Exchange): Promise<Answer> => {
  const token = exchange.token ?? endpoint.token;
  const body =
    exchange.body === undefined || typeof exchange.body === 'string'
      ? exchange.body
      : JSON.stringify(exchange.body);
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const outgoing = request(
      {
        host: '127.0.0.1',
        port: endpoint.port,
        method: exchange.method,
        path: exchange.path,
        agent: false,
        ...(endpoint.ca ? { ca: endpoint.ca } : { rejectUnauthorized: false }),
        headers: {
          accept: exchange.accept ?? 'application/json',
          'user-agent': 'differential/1.0',
          ...(token ? { authorization: `Bearer ${token}` } : {}),
          ...(body === undefined
            ? {}
            : {
                'content-type': exchange.contentType ?? 'application/json',
                'content-length': Buffer.byteLength(body),
              }),
        },
        signal: AbortSignal.timeout(deadlineMs),
      },
      resolve,
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
  const warning = response.headers['warning'];
  return {
    status: response.statusCode ?? 0,
    contentType: (response.headers['content-type'] ?? '').replace('; charset=utf-8', ''),
    warnings: warning ? [warning].flat() : [],
    body: await read(response, exchange.events),
  };
};
