import { createHash, createPublicKey, randomBytes, sign, type KeyObject } from 'node:crypto';
import { isIP } from 'node:net';
import { ipBytes } from './ip-bytes.ts';
import {
  bitString,
  boolean,
  integer,
  octetString,
  oid,
  sequence,
  set,
  tagged,
  time,
  utf8String,
} from './der.ts';

/** What a certificate is for; it decides the key usages (RFC 5280 section 4.2.1). */
export type CertificatePurpose = 'ca' | 'server' | 'client';

/** A subject as Kubernetes reads it: the common name is the user, the organisations are the groups. */
export interface CertificateSubject {
  commonName: string;
  organizations?: readonly string[];
}

/** What `issueCertificate` puts into a certificate. */
export interface CertificateRequest {
  subject: CertificateSubject;
  /** ECDSA P-256 private key of the subject; only its public half goes into the certificate. */
  key: KeyObject;
  purpose: CertificatePurpose;
  /** DNS names and IP addresses, in any order. */
  alternativeNames?: readonly string[];
  notBefore: Date;
  notAfter: Date;
  /** Absent for a self-signed certificate. */
  issuer?: { subject: CertificateSubject; key: KeyObject };
}

const ecdsaWithSha256 = sequence(oid('1.2.840.10045.4.3.2'));

const relativeName = (type: string, value: string): Buffer => set(sequence(oid(type), utf8String(value)));

const distinguishedName = (subject: CertificateSubject): Buffer =>
  sequence(
    ...(subject.organizations ?? []).map((organization) => relativeName('2.5.4.10', organization)),
    relativeName('2.5.4.3', subject.commonName),
  );

const extension = (id: string, critical: boolean, value: Buffer): Buffer =>
  sequence(oid(id), ...(critical ? [boolean(true)] : []), octetString(value));

const publicKeyInfo = (key: KeyObject): Buffer =>
  createPublicKey(key).export({ type: 'spki', format: 'der' });

const keyIdentifier = (key: KeyObject): Buffer => createHash('sha1').update(publicKeyInfo(key)).digest();

const generalName = (name: string): Buffer =>
  isIP(name) ? tagged(7, false, ipBytes(name)) : tagged(2, false, Buffer.from(name, 'ascii'));

// keyUsage bits, highest first: digitalSignature 0x80, keyCertSign 0x04, cRLSign 0x02.
const usageExtensions = (purpose: CertificatePurpose): Buffer[] =>
  purpose === 'ca'
    ? [
        extension('2.5.29.19', true, sequence(boolean(true))),
        extension('2.5.29.15', true, bitString(Buffer.from([0x86]), 1)),
      ]
    : [
        extension('2.5.29.19', true, sequence()),
        extension('2.5.29.15', true, bitString(Buffer.from([0x80]), 7)),
        extension('2.5.29.37', false, sequence(oid(`1.3.6.1.5.5.7.3.${purpose === 'server' ? 1 : 2}`))),
      ];

/**
 * Issues an X.509 v3 certificate (RFC 5280), signed with ECDSA and SHA-256, and returns it as PEM. Writing these
 * few profiles ourselves takes a millisecond; loading a general X.509 library took longer than the server's start.
 */
export const issueCertificate = (request: CertificateRequest): string => {
  const issuer = request.issuer ?? { subject: request.subject, key: request.key };
  const names = request.alternativeNames ?? [];
  const extensions = [
    ...usageExtensions(request.purpose),
    extension('2.5.29.14', false, octetString(keyIdentifier(request.key))),
    extension('2.5.29.35', false, sequence(tagged(0, false, keyIdentifier(issuer.key)))),
    ...(names.length > 0 ? [extension('2.5.29.17', false, sequence(...names.map(generalName)))] : []),
  ];
  const unsigned = sequence(
    tagged(0, true, integer(Buffer.from([2]))),
    integer(randomBytes(16)),
    ecdsaWithSha256,
    distinguishedName(issuer.subject),
    sequence(time(request.notBefore), time(request.notAfter)),
    distinguishedName(request.subject),
    publicKeyInfo(request.key),
    tagged(3, true, sequence(...extensions)),
  );
  const der = sequence(unsigned, ecdsaWithSha256, bitString(sign('sha256', unsigned, issuer.key)));
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
};
