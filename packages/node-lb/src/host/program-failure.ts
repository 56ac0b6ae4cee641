import { basename } from 'node:path';
import { NodeLbError } from '../errors.ts';

/** As much of a program's last words as a message holds, in letters. */
const lastWords = 1000;

/** Debian's packages of the programs that the data plane runs, by the beginning of their names. */
const packages: readonly (readonly [string, string])[] = [
  ['iptables', 'iptables'],
  ['ip6tables', 'iptables'],
  ['ipset', 'ipset'],
  ['ip', 'iproute2'],
  ['nft', 'nftables'],
  ['conntrack', 'conntrack'],
  ['nsenter', 'util-linux'],
];

/** A program that is not there: says which package brings it. */
export function missingProgram(program: string, cause?: unknown): NodeLbError {
  const brings = packages.find(([name]) => basename(program).startsWith(name))?.[1];
  const advice = brings === undefined ? 'install it' : `install the package ${brings}`;
  return new NodeLbError('ProgramMissing', `the program ${program} is missing: ${advice}`, { cause });
}

/** A program that did not do what it was asked for, with its last words. */
export function failedProgram(
  program: string,
  args: readonly string[],
  what: string,
  said: string,
  cause?: unknown,
): NodeLbError {
  const words = said.trim().slice(-lastWords);
  const command = [program, ...args].join(' ').slice(0, 200);
  const message = `${command} ${what}${words === '' ? '' : `: ${words}`}`;
  if (/Operation not permitted|Permission denied/.test(words) || isRefusal(cause)) {
    return new NodeLbError('NotPermitted', `${message}; run as root, with CAP_NET_ADMIN and CAP_SYS_ADMIN`, {
      cause,
    });
  }
  return new NodeLbError('ProgramFailed', message, { cause });
}

function isRefusal(cause: unknown): boolean {
  const code = (cause as NodeJS.ErrnoException | undefined)?.code;
  return code === 'EACCES' || code === 'EPERM';
}
