import { recording, recordingNames } from '../src/testing/recording.ts';
import { findOperation } from './find-operation.ts';
import type { Operation } from './operation.ts';

/**
 * How often a real Jenkins was recorded to do each operation, by its id. A refusal does not count, but for an operation
 * that has no other answer.
 */
export function recordedOperations(): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of recordingNames()) {
    const { request, response } = recording(name);
    const operation = findOperation(request.method, request.path.split('?')[0] ?? '');
    if (operation && isDone(operation, response.status))
      counts.set(operation.id, (counts.get(operation.id) ?? 0) + 1);
  }
  return counts;
}

function isDone({ answers }: Operation, status: number): boolean {
  const onlyRefuses = Object.keys(answers).every((described) => Number(described) >= 400);
  return status < 400 || (onlyRefuses && status in answers);
}
