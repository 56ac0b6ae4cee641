import { families } from '../address/protocol.ts';
import type { Matrix } from './matrix.ts';
import { matrixClients } from './matrix-cell.ts';
import type { MatrixCell } from './matrix-cell.ts';

/**
 * The matrix for people: a row for each client, a column for each protocol and family, `10/10` in each cell, and below
 * it what went wrong where, and how many cells passed whole.
 */
export function matrixTable({ cells }: Matrix): string {
  const columns = (['TCP', 'UDP'] as const).flatMap((protocol) =>
    families.map((family) => ({ protocol, family, title: `${protocol} ${family}` })),
  );
  const rows = matrixClients.filter((client) => cells.some((cell) => cell.client === client));
  const table = [
    ['', ...columns.map(({ title }) => title)],
    ...rows.map((client) => [
      client,
      ...columns.map(({ protocol, family }) => {
        const cell = cells.find(
          (one) => one.client === client && one.protocol === protocol && one.family === family,
        );
        return cell === undefined ? '-' : `${cell.passed}/${cell.of}`;
      }),
    ]),
  ];
  const widths = [0, ...columns.keys().map((index) => index + 1)].map((index) =>
    Math.max(...table.map((row) => row[index]?.length ?? 0)),
  );
  const whole = cells.filter((cell) => cell.passed === cell.of).length;
  return [
    ...table.map((row) =>
      row
        .map((text, index) => text.padEnd(widths[index] ?? 0))
        .join('  ')
        .trimEnd(),
    ),
    '',
    ...cells.filter((cell) => cell.passed < cell.of).map(trouble),
    `${whole} of ${cells.length} paths work`,
    '',
  ].join('\n');
}

/** Why a cell is not whole. */
function trouble({
  client,
  protocol,
  family,
  of,
  answered,
  crossed,
  clientKept,
  errors,
}: MatrixCell): string {
  const reasons = [
    answered < of ? `${answered} of ${of} connections were answered (${errors.join(', ')})` : undefined,
    crossed !== undefined && crossed < answered
      ? `only ${crossed} of them crossed the bounce namespace`
      : undefined,
    clientKept === false ? "the pod saw another address than the client's" : undefined,
  ].filter((reason) => reason !== undefined);
  return `${client} ${protocol} ${family}: ${reasons.join('; ')}`;
}
