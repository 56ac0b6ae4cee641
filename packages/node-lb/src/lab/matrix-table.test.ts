import { expect, test } from 'vitest';
import { matrixTable } from './matrix-table.ts';
import type { MatrixCell } from './matrix-cell.ts';

const whole: MatrixCell = {
  client: 'external',
  protocol: 'TCP',
  family: 'IPv4',
  passed: 10,
  of: 10,
  answered: 10,
  crossed: 10,
  errors: [],
};

test('the matrix is shown as a table, and what is wrong is said in words', () => {
  const cells: MatrixCell[] = [
    whole,
    { ...whole, family: 'IPv6', passed: 0, answered: 0, crossed: 0, errors: ['timeout'] },
    { ...whole, client: 'hairpin-pod', passed: 2, crossed: 2 },
    { ...whole, client: 'hairpin-pod', protocol: 'UDP', passed: 0, clientKept: false },
  ];
  expect(matrixTable({ cells })).toBe(`             TCP IPv4  TCP IPv6  UDP IPv4  UDP IPv6
external     10/10     0/10      -         -
hairpin-pod  2/10      -         0/10      -

external TCP IPv6: 0 of 10 connections were answered (timeout)
hairpin-pod TCP IPv4: only 2 of them crossed the bounce namespace
hairpin-pod UDP IPv4: the pod saw another address than the client's
1 of 4 paths work
`);
});
