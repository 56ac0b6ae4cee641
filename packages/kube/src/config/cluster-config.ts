/** A client certificate with its key, both PEM. */
export interface ClientCertificate {
  cert: string;
  key: string;
}

/** What a request presents to say who sends it. */
export interface Credential {
  /** A bearer token. */
  token?: string;
  basic?: { username: string; password: string };
  clientCertificate?: ClientCertificate;
}

/** A source of credentials that may change while the program runs. */
export interface CredentialSource {
  /** The credential to use now. Cheap when nothing changed. Rejects with a {@link ConfigError}. */
  get(signal?: AbortSignal): Promise<Credential>;
  /**
   * The server answered 401 to this credential: forget it, unless it was replaced already. Answers whether `get`
   * may now give another.
   */
  refresh(refused: Credential): boolean;
}

/** Where a cluster is and how to speak to it. Made by `loadKubeconfig` or `inClusterConfig`, or by hand. */
export interface ClusterConfig {
  /** Base address, for example `https://10.0.0.1:6443`; a path is kept as a prefix. */
  server: string;
  /** The namespace of the context; `default` when it names none. */
  namespace: string;
  tls?: {
    /** Certificate authorities, PEM. Absent: those of the machine. */
    ca?: string;
    /** The name the server's certificate must carry, when it is not that of the address. */
    serverName?: string;
    insecureSkipVerify?: boolean;
  };
  /** An `http://` or `https://` proxy that requests go through. */
  proxyUrl?: string;
  credentials?: CredentialSource;
}

/** Stable codes of configuration errors. */
export type ConfigErrorCode =
  | 'KubeconfigUnreadable'
  | 'KubeconfigInvalid'
  | 'ContextNotFound'
  | 'NoConfiguration'
  | 'CredentialUnreadable'
  | 'Unsupported'
  | 'PluginFailed';

/** The configuration does not say how to reach the cluster. Messages never carry secrets. */
export class ConfigError extends Error {
  readonly code: ConfigErrorCode;

  constructor(code: ConfigErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ConfigError';
    this.code = code;
  }
}

/** A credential that never changes. */
export function staticCredential(credential: Credential): CredentialSource {
  return { get: () => Promise.resolve(credential), refresh: () => false };
}
