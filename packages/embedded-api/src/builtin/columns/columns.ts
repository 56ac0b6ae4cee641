import type { TableColumn } from '../../served-resource.ts';
import { ageColumn, nameColumn } from './column.ts';

const particular: Record<string, TableColumn[]> = {};

/** The columns of a built-in kind as kube-apiserver prints it; name and age for kinds it prints no other way. */
export const columnsOf = (group: string, kind: string): TableColumn[] =>
  particular[`${kind}.${group}`] ?? [nameColumn, ageColumn];
