import { generateKeyPairSync } from 'node:crypto';
import { createServer, type Server } from 'node:https';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { issueCertificate } from '../../pki/certificate.ts';

const validity = { notBefore: new Date(Date.now() - 60_000), notAfter: new Date(Date.now() + 3_600_000) };
const newKey = () => generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const authority = { subject: { commonName: 'webhook-ca' }, key: newKey() };
const caPem = issueCertificate({ ...authority, purpose: 'ca', ...validity });

/** One call that a webhook received. */
export interface Review {
  url: string;
  apiVersion: string;
  request: Record<string, unknown> & { uid: string; object: Record<string, unknown> | null };
}

/** An HTTPS server that plays webhooks; each path has its own behaviour. */
export class WebhookServer {
  readonly calls: Review[] = [];
  readonly caBundle = Buffer.from(caPem).toString('base64');
  /** By path: the `response` of the review, or a function that answers as it likes. */
  readonly behaviours = new Map<
    string,
    (review: Review, answer: ServerResponse) => Record<string, unknown> | undefined | void
  >();
  readonly #server: Server;

  constructor() {
    const key = newKey();
    const cert = issueCertificate({
      subject: { commonName: 'webhook' },
      key,
      purpose: 'server',
      issuer: authority,
      alternativeNames: ['127.0.0.1', 'hook.tools.svc'],
      ...validity,
    });
    this.#server = createServer(
      { cert, key: key.export({ type: 'pkcs8', format: 'pem' }) },
      (incoming, answer) => void this.#answer(incoming, answer),
    );
  }

  async listen(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #answer(incoming: IncomingMessage, answer: ServerResponse): Promise<void> {
    let body = '';
    try {
      for await (const chunk of incoming) body += String(chunk);
    } catch {
      // Who gives up before the question is asked gets no answer.
      return;
    }
    const url = incoming.url ?? '';
    const review = { ...(JSON.parse(body) as Review), url };
    this.calls.push(review);
    const response = this.behaviours.get(url.split('?')[0] ?? '')?.(review, answer);
    if (response === undefined) return;
    const { apiVersion, request } = review;
    answer.end(
      JSON.stringify({ kind: 'AdmissionReview', apiVersion, response: { uid: request.uid, ...response } }),
    );
  }
}

/** A `response` that allows and patches. */
export const patching = (...operations: unknown[]): Record<string, unknown> => ({
  allowed: true,
  patchType: 'JSONPatch',
  patch: Buffer.from(JSON.stringify(operations)).toString('base64'),
});
