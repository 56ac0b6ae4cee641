import { readFile } from 'node:fs/promises';
import { Command } from 'commander';
import { CommandError } from '../command-error.ts';
import { duration, outputOption } from '../options.ts';
import { printEvent } from '../output.ts';

interface CheckSourceFlags {
  cluster: string;
  namespace: string;
  tokenFile?: string;
  hmacSecretFile?: string;
  signedAnswers?: true;
  allowLoopback?: true;
  secretNamespace?: string[];
  caFile?: string;
  timeout: number;
  output: 'text' | 'json';
}

/** `armillary notification-manager check-source URL`: whether a webhook keeps the contract of receiver sources. */
export function checkSourceCommand(): Command {
  return new Command('check-source')
    .description('check with real requests whether a webhook can be a source of receivers')
    .argument('<url>', 'its address, as spec.url of a ReceiverSource would have it')
    .option('--namespace <name>', 'a namespace that it knows', 'default')
    .option('--cluster <name>', 'the cluster to ask about', 'default')
    .option('--token-file <file>', 'file with the bearer token that it expects')
    .option('--hmac-secret-file <file>', 'file with the secret that requests are signed with')
    .option('--signed-answers', 'its answers must be signed with the same secret')
    .option('--ca-file <file>', 'file with the certificates that its own is signed by')
    .option('--timeout <duration>', 'how long one answer may take', duration, 2000)
    .option('--allow-loopback', 'its receivers may be on this machine')
    .option('--secret-namespace <name...>', 'namespaces whose Secrets its receivers may name')
    .addOption(outputOption())
    .addHelpText('after', '\nExits with 0 when no check failed.')
    .action(check);
}

async function check(url: string, flags: CheckSourceFlags): Promise<void> {
  const { checkSource, NotificationError } = await import('@armillary/notifications');
  const token = await textOf('--token-file', flags.tokenFile);
  const secret = await textOf('--hmac-secret-file', flags.hmacSecretFile);
  const ca = await textOf('--ca-file', flags.caFile);
  let failed = 0;
  try {
    const results = checkSource(url, {
      namespace: flags.namespace,
      cluster: flags.cluster,
      auth: {
        client: {
          headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
          ...(ca === undefined ? {} : { tls: { ca } }),
        },
        secrets: secret === undefined ? [] : [secret],
        verifyAnswers: flags.signedAnswers ?? false,
      },
      timeoutMs: flags.timeout,
      secretNamespaces: flags.secretNamespace ?? [],
      addressPolicy: { allowLoopback: flags.allowLoopback ?? false },
    });
    for await (const result of results) {
      if (result.outcome === 'failed') failed += 1;
      if (flags.output === 'json') printEvent(result);
      else process.stdout.write(`${result.outcome.padEnd(8)}${result.check}: ${result.message}\n`);
    }
  } catch (error) {
    if (!(error instanceof NotificationError && error.code === 'Invalid')) throw error;
    throw new CommandError('usage', error.message, { cause: error });
  }
  if (failed > 0)
    throw new CommandError('failure', failed === 1 ? 'one check failed' : `${failed} checks failed`);
}

async function textOf(flag: string, file: string | undefined): Promise<string | undefined> {
  if (file === undefined) return undefined;
  try {
    return (await readFile(file, 'utf8')).trim();
  } catch (error) {
    throw new CommandError('usage', `${flag}: ${file} cannot be read`, { cause: error });
  }
}
