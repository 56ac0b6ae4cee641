import type { SMTPConnectionCustomAuthHandler } from 'nodemailer/lib/smtp-connection';

/** The mechanism PLAIN (RFC 4616) with an authorization identity, which Nodemailer's own leaves empty. */
export function plainWithIdentity(identity: string): SMTPConnectionCustomAuthHandler {
  return async (connection) => {
    const { user, pass } = connection.auth.credentials;
    const response = Buffer.from([identity, user, pass].join('\u0000')).toString('base64');
    const { status, response: line } = await connection.sendCommand(`AUTH PLAIN ${response}`);
    if (Math.trunc(status / 100) !== 2) throw new Error(`Invalid login: ${line}`);
  };
}
