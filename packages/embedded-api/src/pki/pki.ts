import {
  X509Certificate,
  createPrivateKey,
  generateKeyPairSync,
  randomBytes,
  type KeyObject,
} from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { isIP } from 'node:net';
import { writePrivateFile } from './atomic-file.ts';
import { issueCertificate, type CertificatePurpose, type CertificateSubject } from './certificate.ts';
import { ipBytes } from './ip-bytes.ts';
import { PkiError } from './pki-error.ts';

const day = 24 * 3600 * 1000;
const caLifetime = 3650 * day;
const lifetime = 365 * day;
/** A certificate with less than this left is renewed at start. */
const renewBefore = 90 * day;

/** A certificate and its private key as PEM, and the files that hold them. */
export interface KeyPair {
  cert: string;
  key: string;
  certFile: string;
  keyFile: string;
}

/** Everything the server proves itself and others with. All files are in `DIR/pki`, readable by the owner only. */
export interface Pki {
  /** The certificate authority's certificate, PEM. Its key never leaves this folder. */
  ca: string;
  caFile: string;
  /** Serves HTTPS. */
  server: KeyPair;
  /** The administrator's client certificate: user `kubernetes-admin` of `system:masters`. */
  admin: KeyPair;
  /** The server's client certificate towards kubelets, user `kube-apiserver-kubelet-client`. */
  kubeletClient: KeyPair;
  /** Serving certificate of the kubelet endpoint on this machine (user `system:node:HOSTNAME`). */
  kubeletServer: KeyPair;
  /** Signs service account tokens (ES256). */
  serviceAccountKey: KeyObject;
  /** Random bearer token of the administrator. */
  adminToken: string;
  adminTokenFile: string;
}

/** What certificates must name beside `localhost` and the names of the `kubernetes` Service. */
export interface PkiOptions {
  /** Address the server binds to. */
  host: string;
  /** First address of the service range, which the `kubernetes` Service has. */
  serviceIp: string;
  now?: Date;
}

const read = (path: string): string | undefined => {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new PkiError('PKI_UNREADABLE', `cannot read ${path}: make it readable for the user of the server`, {
      cause: error,
    });
  }
};

const readKey = (path: string): KeyObject | undefined => {
  const pem = read(path);
  if (pem === undefined) return undefined;
  try {
    return createPrivateKey(pem);
  } catch (error) {
    throw new PkiError(
      'PKI_DAMAGED',
      `${path} is not a private key: restore it, or remove it to have a new one made (what it signed becomes invalid)`,
      { cause: error },
    );
  }
};

/** Reads the key, or makes one. The key is written before any certificate, so a crash leaves no pair that differs. */
const loadOrCreateKey = (path: string): KeyObject => {
  const existing = readKey(path);
  if (existing) return existing;
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  writePrivateFile(path, privateKey.export({ type: 'pkcs8', format: 'pem' }) as string);
  return privateKey;
};

const parse = (pem: string | undefined): X509Certificate | undefined => {
  try {
    return pem === undefined ? undefined : new X509Certificate(pem);
  } catch {
    // A certificate is made again from its key, so damage here costs nothing.
    return undefined;
  }
};

const fresh = (certificate: X509Certificate, now: Date): boolean =>
  Date.parse(certificate.validTo) - now.getTime() > renewBefore &&
  Date.parse(certificate.validFrom) <= now.getTime();

const covers = (certificate: X509Certificate, names: readonly string[]): boolean =>
  names.every((name) => (isIP(name) ? certificate.checkIP(name) : certificate.checkHost(name)) !== undefined);

interface Authority {
  subject: CertificateSubject;
  key: KeyObject;
  certificate: X509Certificate;
  pem: string;
}

interface Wanted {
  name: string;
  subject: CertificateSubject;
  purpose: CertificatePurpose;
  alternativeNames?: readonly string[];
}

const validity = (now: Date, length: number): { notBefore: Date; notAfter: Date } => ({
  // Clients whose clock is a little behind must accept a certificate that was made just now.
  notBefore: new Date(now.getTime() - 5 * 60_000),
  notAfter: new Date(now.getTime() + length),
});

const loadOrCreateAuthority = (folder: string, now: Date): Authority => {
  const subject = { commonName: 'armillary-ca' };
  const key = loadOrCreateKey(join(folder, 'ca.key'));
  const file = join(folder, 'ca.crt');
  const existing = read(file);
  const certificate = parse(existing);
  if (existing && certificate?.checkPrivateKey(key) && fresh(certificate, now))
    return { subject, key, certificate, pem: existing };
  const pem = issueCertificate({ subject, key, purpose: 'ca', ...validity(now, caLifetime) });
  writePrivateFile(file, pem);
  return { subject, key, certificate: new X509Certificate(pem), pem };
};

const loadOrCreatePair = (folder: string, authority: Authority, wanted: Wanted, now: Date): KeyPair => {
  const certFile = join(folder, `${wanted.name}.crt`);
  const keyFile = join(folder, `${wanted.name}.key`);
  const key = loadOrCreateKey(keyFile);
  const keyPem = key.export({ type: 'pkcs8', format: 'pem' }) as string;
  const existing = read(certFile);
  const certificate = parse(existing);
  if (
    existing &&
    certificate?.checkPrivateKey(key) &&
    certificate.verify(authority.certificate.publicKey) &&
    fresh(certificate, now) &&
    covers(certificate, wanted.alternativeNames ?? [])
  )
    return { cert: existing, key: keyPem, certFile, keyFile };
  const cert = issueCertificate({ ...wanted, key, issuer: authority, ...validity(now, lifetime) });
  writePrivateFile(certFile, cert);
  return { cert, key: keyPem, certFile, keyFile };
};

const loadOrCreateToken = (path: string): string => {
  const existing = read(path)?.trim();
  if (existing) return existing;
  const token = randomBytes(32).toString('base64url');
  writePrivateFile(path, `${token}\n`);
  return token;
};

/** The same address in several spellings, or a name twice, would only swell the certificate. */
const distinct = (names: readonly string[]): string[] => [
  ...new Map(names.map((name) => [isIP(name) ? ipBytes(name).toString('hex') : name, name])).values(),
];

/**
 * Reads the certificates and keys of a data folder, makes what is missing, and renews what is about to expire or
 * no longer names the address that is bound.
 * @throws PkiError when a key exists but cannot be used: making another one silently would lock its users out.
 */
export const loadOrCreatePki = (dataDir: string, options: PkiOptions): Pki => {
  const now = options.now ?? new Date();
  const folder = join(dataDir, 'pki');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
  const authority = loadOrCreateAuthority(folder, now);
  const pair = (wanted: Wanted): KeyPair => loadOrCreatePair(folder, authority, wanted, now);
  const machine = hostname();
  const local = ['localhost', '127.0.0.1', '::1', ...(options.host ? [options.host] : [])];
  const service = [
    'kubernetes',
    'kubernetes.default',
    'kubernetes.default.svc',
    'kubernetes.default.svc.cluster.local',
  ];
  const adminTokenFile = join(folder, 'admin.token');
  return {
    ca: authority.pem,
    caFile: join(folder, 'ca.crt'),
    server: pair({
      name: 'apiserver',
      subject: { commonName: 'kube-apiserver' },
      purpose: 'server',
      alternativeNames: distinct([...local, ...service, options.serviceIp]),
    }),
    admin: pair({
      name: 'admin',
      subject: { commonName: 'kubernetes-admin', organizations: ['system:masters'] },
      purpose: 'client',
    }),
    kubeletClient: pair({
      name: 'apiserver-kubelet-client',
      subject: { commonName: 'kube-apiserver-kubelet-client', organizations: ['system:masters'] },
      purpose: 'client',
    }),
    kubeletServer: pair({
      name: 'kubelet',
      subject: { commonName: `system:node:${machine}`, organizations: ['system:nodes'] },
      purpose: 'server',
      alternativeNames: distinct([...local, machine]),
    }),
    serviceAccountKey: loadOrCreateKey(join(folder, 'sa.key')),
    adminToken: loadOrCreateToken(adminTokenFile),
    adminTokenFile,
  };
};
