import { hasCode, patchStatus, type KubeClient, type Logger } from '@armillary/kube';
import { NotificationError } from '../errors.ts';
import { receiverSourceKind, type ReceiverSource } from '../kinds/receiver-source.ts';
import { settingsOf } from '../sources/source-settings.ts';
import type { SourceStatus } from '../sources/source-status.ts';

type Condition = NonNullable<NonNullable<ReceiverSource['status']>['conditions']>[number];

/**
 * The condition `Ready` of a ReceiverSource: whether it answers. Undefined while nobody has asked it. Its time changes
 * only with its status. `now` is in milliseconds since 1970.
 */
export function readyCondition(
  source: ReceiverSource,
  status: SourceStatus | undefined,
  now: number,
): Condition | undefined {
  const said = status ? verdictOf(status) : settingsVerdict(source);
  if (!said) return undefined;
  const before = source.status?.conditions?.find((condition) => condition.type === 'Ready');
  const same = before?.status === said.status;
  return {
    type: 'Ready',
    ...said,
    ...(source.metadata.generation === undefined ? {} : { observedGeneration: source.metadata.generation }),
    lastTransitionTime: same ? before.lastTransitionTime : `${new Date(now).toISOString().slice(0, 19)}Z`,
  };
}

type Verdict = Pick<Condition, 'status' | 'reason'> & { message: string };

function settingsVerdict(source: ReceiverSource): Verdict | undefined {
  try {
    settingsOf(source);
    return undefined;
  } catch (error) {
    if (!(error instanceof NotificationError)) throw error;
    return { status: 'False', reason: 'SettingsInvalid', message: error.message };
  }
}

function verdictOf(status: SourceStatus): Verdict | undefined {
  const { breaker, lastSuccessAt, lastFailure } = status;
  if (lastFailure && (breaker !== 'closed' || lastFailure.at > (lastSuccessAt ?? 0))) {
    return { status: 'False', reason: lastFailure.code, message: lastFailure.message };
  }
  return lastSuccessAt === undefined
    ? undefined
    : { status: 'True', reason: 'Answers', message: 'the last request was answered' };
}

/** Writes the conditions of all sources that changed. What cannot be written now is written the next time. */
export async function writeSourceConditions(
  client: KubeClient,
  sources: readonly ReceiverSource[],
  statuses: readonly SourceStatus[],
  now: number,
  logger: Logger,
): Promise<void> {
  const resource = client.resource<ReceiverSource>(receiverSourceKind);
  for (const source of sources) {
    const condition = readyCondition(
      source,
      statuses.find((status) => status.source === source.metadata.name),
      now,
    );
    if (!condition) continue;
    const others = source.status?.conditions?.filter(({ type }) => type !== 'Ready') ?? [];
    await patchStatus(resource, source, { conditions: [...others, condition] }).catch((error: unknown) => {
      // Another replica writes the same.
      if (!hasCode(error, 'Conflict'))
        logger.warn({ err: error, source: source.metadata.name }, 'a condition was not written');
    });
  }
}
