import type { TableColumn } from '../../served-resource.ts';
import { accessColumns } from './access.ts';
import { createdColumn, nameColumn } from './column.ts';
import { coreColumns } from './core.ts';
import { networkColumns } from './network.ts';
import { storageColumns } from './storage.ts';
import { workloadColumns } from './workloads.ts';

const particular: Record<string, TableColumn[]> = {
  ...accessColumns,
  ...coreColumns,
  ...networkColumns,
  ...storageColumns,
  ...workloadColumns,
};

const plain = [nameColumn, createdColumn];

/** The columns of a built-in kind, the same as kube-apiserver's; name and creation time where it has none either. */
export const columnsOf = (group: string, kind: string): TableColumn[] =>
  particular[`${kind}.${group}`] ?? plain;
