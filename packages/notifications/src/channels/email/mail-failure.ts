import { isObject } from '@armillary/resource';
import { isTlsCode } from '../../outgoing/connection-failure.ts';
import { OutgoingError } from '../../outgoing/outgoing-http.ts';
import { DeliveryError, type DeliveryFault } from '../../delivery-error.ts';
import { providerWords } from '../http-outcome.ts';

/** A recipient that a server did not take. */
export interface Refusal {
  readonly address: string;
  readonly permanent: boolean;
  /** The server's answer. */
  readonly reason: string;
  /** `SMTP 550`. */
  readonly code: string;
}

/** What Nodemailer reports without an answer of the server, when trying again would end the same way. */
const permanentCodes = new Set(['EAUTH', 'ECONFIG', 'EENVELOPE', 'EMESSAGE', 'ESTREAM']);

/** The recipients that were refused, as the result or the error of Nodemailer names them; none for anything else. */
export function refusalsOf(outcome: unknown): Refusal[] {
  const errors = isObject(outcome) ? outcome['rejectedErrors'] : undefined;
  if (!Array.isArray(errors)) return [];
  return errors.filter(isObject).map((error) => {
    const code = replyCode(error);
    return {
      address: String(error['recipient']),
      // Without a code of its own a reply says nothing for ever.
      permanent: code >= 500,
      reason: providerWords(error['response']) || providerWords(error['message']),
      code: `SMTP ${code}`,
    };
  });
}

/**
 * What to do about a mail that a server did not take: 4xx replies, lost connections and time-outs pass, 5xx stay
 * (RFC 5321, 4.2.1). A refused password may be right again once the Secret is.
 */
export function mailFailure(error: unknown, server: string): DeliveryError {
  if (error instanceof DeliveryError) return error;
  if (error instanceof OutgoingError) {
    const fault = error.code === 'AddressRefused' ? 'permanent' : 'transient';
    return new DeliveryError(fault, error.message, { code: error.code, cause: error });
  }
  const details: Record<string, unknown> =
    error instanceof Error ? (error as Error & Record<string, unknown>) : {};
  const code = String(details['originalCode'] ?? details['code']);
  const reply = replyCode(details);
  const said = providerWords(details['response']) || providerWords(details['message']);
  return new DeliveryError(faultOf(code, reply), `${server}: ${said}${advice(code, reply)}`, {
    code: reply > 0 ? `SMTP ${reply}` : code,
    cause: error,
  });
}

function faultOf(code: string, reply: number): DeliveryFault {
  if (reply === 0) return permanentCodes.has(code) ? 'permanent' : 'transient';
  if (reply < 500) return 'transient';
  return code === 'EAUTH' ? 'token' : 'permanent';
}

function advice(code: string, reply: number): string {
  if (code === 'EAUTH' && reply >= 500) return ': check authUsername and the Secret of the Config';
  if (isTlsCode(code))
    return ': give the authority in tls.rootCA of the Config, and the name in tls.serverName';
  return code === 'ETLS' ? ': where there is no TLS, requireTLS of the Config is to be false' : '';
}

const replyCode = (error: Record<string, unknown>): number =>
  typeof error['responseCode'] === 'number' ? error['responseCode'] : 0;
