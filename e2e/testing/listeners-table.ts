/**
 * What `nft list ruleset` printed, without the table that an agent's listener owns: it is no rule of a Service, and it
 * comes and goes with that process.
 */
export function withoutListenersTable(listed: string): string {
  return listed.replace(/^table inet armillary-hooks \{[^]*?^\}\n/gmu, '');
}
