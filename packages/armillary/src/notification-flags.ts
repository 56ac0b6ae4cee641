import { readFile } from 'node:fs/promises';
import { InvalidArgumentError, Option } from 'commander';
import { CommandError } from './command-error.ts';
import { dataOption, duration, logLevelOption, outputOption, port } from './options.ts';

/** Settings of `armillary notification-manager`. */
export interface NotificationFlags {
  kubeconfig?: string;
  data: string;
  host: string;
  port: number;
  sidecarPort?: number;
  sidecarUrl?: string;
  name?: string;
  standalone?: true;
  namespace?: string;
  storeUrlFile?: string;
  access?: 'open' | 'token' | 'kubernetes';
  tokenFile?: string;
  anonymousAlerts?: boolean;
  tenantMatch: 'auto' | 'rule-level' | 'namespace';
  channelUrl?: Record<string, string>;
  expireAfter: number;
  output: 'text' | 'json';
  logLevel: string;
  'webhook.address'?: string;
  'log.level'?: string;
}

function httpUrl(text: string): string {
  if (/^https?:\/\/./.test(text) && URL.canParse(text)) return text;
  throw new InvalidArgumentError('an address begins with http:// or https://.');
}

/** Adds one repeated `--channel-url TYPE=URL` to those seen so far. */
function channelUrl(text: string, seen: Record<string, string> = {}): Record<string, string> {
  const [, type, url] = /^([a-z]+)=(https?:\/\/.+)$/.exec(text) ?? [];
  if (type === undefined || url === undefined) {
    throw new InvalidArgumentError('write it as slack=https://slack.example.com/api.');
  }
  return { ...seen, [type]: url.replace(/\/+$/, '') };
}

/** The flags of `armillary notification-manager`; in a pod they come as variables. */
export function notificationOptions(): Option[] {
  return [
    new Option(
      '--kubeconfig <file>',
      'the server; by default as kubectl finds it, or the cluster it runs in',
    ),
    dataOption().env('ARMILLARY_DATA'),
    new Option('--host <address>', 'address to listen on')
      .default('127.0.0.1')
      .env('ARMILLARY_NOTIFICATION_HOST'),
    new Option('--port <port>', 'port to listen on')
      .argParser(port)
      .default(19093)
      .env('ARMILLARY_NOTIFICATION_PORT'),
    new Option(
      '--sidecar-port <port>',
      'also answer who may act in a namespace on this port, as a sidecar would',
    ).argParser(port),
    new Option(
      '--sidecar-url <url>',
      'where the sidecars of the object are; by default on localhost, each at its own port',
    )
      .env('ARMILLARY_SIDECAR_URL')
      .argParser(httpUrl),
    new Option('--name <name>', 'the NotificationManager that counts; by default the oldest').env(
      'ARMILLARY_NOTIFICATION_MANAGER',
    ),
    new Option('--standalone', 'bring the definitions of its kinds up to date first: nobody else does'),
    new Option('--namespace <name>', 'namespace of Secrets and ConfigMaps that are named without one').env(
      'NAMESPACE',
    ),
    // The address holds a password, so that it is never on the command line: a file, or ARMILLARY_NOTIFICATION_STORE_URL.
    new Option(
      '--store-url-file <file>',
      'file with the address of a PostgreSQL that replicas share; by default SQLite below --data',
    ),
    new Option(
      '--access <who>',
      'who may use the HTTP interface: everybody, who knows the token, or whom the cluster allows',
    )
      .choices(['open', 'token', 'kubernetes'])
      .env('ARMILLARY_NOTIFICATION_ACCESS'),
    new Option('--token-file <file>', 'file that holds the token').env('ARMILLARY_NOTIFICATION_TOKEN_FILE'),
    new Option('--anonymous-alerts', 'take alerts from everybody, whoever may do the rest').env(
      'ARMILLARY_NOTIFICATION_ANONYMOUS_ALERTS',
    ),
    new Option('--tenant-match <mode>', 'which alerts concern tenants, unless the object says it')
      .choices(['auto', 'rule-level', 'namespace'])
      .default('auto'),
    new Option(
      '--channel-url <type=url>',
      "another base address of a provider's API; may be repeated",
    ).argParser(channelUrl),
    new Option('--expire-after <duration>', 'give up a message that could not be sent for so long')
      .argParser(duration)
      .default(24 * 3_600_000, '24h'),
    outputOption(),
    logLevelOption('info'),
  ];
}

/** Flags of upstream's program, so that `spec.args` of existing objects fits. Those without a meaning here are taken and do nothing. */
export function upstreamOptions(): Option[] {
  const idle = [
    'webhook.timeout',
    'worker.timeout',
    'worker.queue',
    'store.type',
    'store.memory.queue',
    'store.memory.pushTimeout',
    'log.format',
  ];
  return [
    new Option('--webhook.address <address>', "upstream's name of --host and --port"),
    new Option('--log.level <level>', "upstream's name of --log-level"),
    ...idle.map((name) => new Option(`--${name} <value>`, 'of upstream; has no effect').hideHelp()),
  ];
}

/** Applies upstream's flags where they were given. Throws a usage error for an address that is none. */
export function withUpstreamFlags(flags: NotificationFlags): NotificationFlags {
  const address = flags['webhook.address'];
  const level = flags['log.level'];
  // Go writes addresses of IPv6 in brackets.
  const [, host, number] = /^\[?(.*?)\]?:(\d+)$/.exec(address ?? '') ?? [];
  if (address !== undefined && number === undefined) {
    throw new CommandError('usage', '--webhook.address is written :19093 or 127.0.0.1:19093');
  }
  return {
    ...flags,
    ...(number === undefined ? {} : { host: host === '' ? '0.0.0.0' : host!, port: port(number) }),
    ...(level === undefined ? {} : { logLevel: level }),
  };
}

/** Throws a usage error for settings that would let everybody in from outside without saying so. */
export function checkAccess({ access, tokenFile, host }: NotificationFlags): void {
  if (access === 'token' && tokenFile === undefined)
    throw new CommandError('usage', '--access token needs --token-file');
  if (access === undefined && tokenFile === undefined && !isLoopback(host)) {
    throw new CommandError(
      'usage',
      `on ${host} others can reach this: give --token-file or --access kubernetes, or say --access open`,
    );
  }
}

/** Reads the token, each time it is asked for. Throws a usage error when it cannot. */
export async function readTokenFile(file: string): Promise<string> {
  const token = await readFile(file, 'utf8').then(
    (text) => text.trim(),
    (error: unknown) => {
      throw new CommandError('usage', `--token-file: ${file} cannot be read`, { cause: error });
    },
  );
  if (token === '') throw new CommandError('usage', `--token-file: ${file} is empty`);
  if (/\s/.test(token)) {
    throw new CommandError(
      'usage',
      `--token-file: the token in ${file} has blanks, which no header can carry`,
    );
  }
  return token;
}

/** Whether only programs of this machine reach an address. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || host.startsWith('127.');
