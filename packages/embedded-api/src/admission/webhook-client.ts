import { Agent, request } from 'node:https';
import { isIP } from 'node:net';
import type { WebhookAddress } from './webhook-address.ts';

/** An answer larger than this is a failure; objects themselves are limited to the same size. */
const maxAnswerBytes = 3 * 1024 * 1024;

/** Posts JSON to webhooks over TLS. Connections are kept for the next call. */
export class WebhookClient {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 64, maxFreeSockets: 16, timeout: 60_000 });

  /**
   * Posts `body` and resolves to the text of a 2xx answer. `ca` is the PEM that must have signed the certificate,
   * else the well-known authorities count. The signal also ends an answer that only trickles.
   * @throws Error for anything else, redirects too.
   */
  post(address: WebhookAddress, body: string, ca: string | undefined, signal: AbortSignal): Promise<string> {
    return new Promise((resolve, reject) => {
      const outgoing = request(
        {
          agent: this.#agent,
          host: address.host,
          port: address.port,
          path: address.path,
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            accept: 'application/json',
            'content-length': Buffer.byteLength(body),
          },
          // Addresses cannot be asked for by SNI; the certificate is checked against `host` then.
          ...(isIP(address.servername) ? {} : { servername: address.servername }),
          ...(ca === undefined ? {} : { ca }),
          signal,
        },
        (answer) => {
          const chunks: Buffer[] = [];
          let size = 0;
          answer.on('data', (chunk: Buffer) => {
            size += chunk.length;
            if (size > maxAnswerBytes)
              answer.destroy(new Error(`the answer is larger than ${maxAnswerBytes} bytes`));
            else chunks.push(chunk);
          });
          answer.on('error', reject);
          answer.on('end', () => {
            const text = Buffer.concat(chunks).toString('utf8');
            const { statusCode = 0 } = answer;
            if (statusCode >= 200 && statusCode < 300) resolve(text);
            else reject(new Error(`the server answered with status ${statusCode}`));
          });
        },
      );
      outgoing.on('error', (error: NodeJS.ErrnoException) => {
        // A kept connection that the other side closed just now says nothing about the webhook.
        if (outgoing.reusedSocket && error.code === 'ECONNRESET')
          resolve(this.post(address, body, ca, signal));
        else reject(error);
      });
      outgoing.end(body);
    });
  }

  /** Ends all connections. */
  close(): void {
    this.#agent.destroy();
  }
}
