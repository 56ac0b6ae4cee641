import { Command, Option } from 'commander';
import { CommandError } from '../command-error.ts';
import { readTokenFile } from '../notification-flags.ts';
import { outputOption, positive } from '../options.ts';

interface ExplainOptions {
  url: string;
  tokenFile?: string;
  limit: number;
  receiver?: string;
  output: 'text' | 'json';
}

/** `armillary notification-manager explain`: why somebody was, or was not, told of an alert. */
export function explainCommand(): Command {
  return new Command('explain')
    .description('say what was decided about an alert, and what became of each message')
    .argument('<alert...>', 'its fingerprint, or all its labels: alertname=Down namespace=shop')
    .option('--url <url>', 'the notification manager', 'http://127.0.0.1:19093')
    .option('--token-file <file>', 'file that holds its token')
    .option('--receiver <name>', 'say only why this Receiver was told or not')
    .addOption(
      new Option('--limit <number>', 'how many of its newest occurrences').argParser(positive).default(1),
    )
    .addOption(outputOption())
    .action(explain);
}

async function explain(alert: string[], options: ExplainOptions): Promise<void> {
  const { fetchTrace, fingerprintOf } = await import('@armillary/notifications');
  const [only = ''] = alert;
  const fingerprint = /^[0-9a-f]{16}$/.test(only) ? only : fingerprintOf(labelsOf(alert));
  const { tokenFile } = options;
  const token = tokenFile === undefined ? undefined : await readTokenFile(tokenFile);
  const page = await fetchTrace({
    url: options.url,
    fingerprint,
    limit: options.limit,
    receiver: options.receiver,
    token,
  }).catch((error: Error) => {
    throw new CommandError('failure', error.message, { cause: error });
  });
  if (options.output === 'json') process.stdout.write(`${JSON.stringify(page)}\n`);
  if (page.alerts.length === 0) {
    const words = fingerprint === only ? '' : ' (name all labels that it had when it came in)';
    throw new CommandError(
      'failure',
      `no alert with the fingerprint ${fingerprint} came in, or it is too long ago${words}`,
    );
  }
  if (options.output === 'json') return;
  for (const { words, receiver = words } of page.alerts) process.stdout.write(`${receiver.join('\n')}\n`);
}

function labelsOf(words: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    words.map((word) => {
      const at = word.indexOf('=');
      if (at < 1)
        throw new CommandError('usage', `'${word}' is neither a fingerprint nor a label: write name=value`);
      return [word.slice(0, at), word.slice(at + 1)];
    }),
  );
}
