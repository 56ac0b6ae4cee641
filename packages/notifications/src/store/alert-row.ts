import type { Alert } from '../alerts/alert.ts';
import type { RoutingPart } from '../routing/decision.ts';
import type { StoredAlert } from './notification-store.ts';

/** An alert as both databases give it: a row of `alerts`, with the part of `waiting` for one that is to be routed. */
export interface AlertRow {
  id: number;
  received_at: number;
  /** JSON. */
  alert: string;
  part?: RoutingPart;
}

/** The alert of a row. */
export const storedAlert = ({ id, received_at: receivedAt, alert, part = 'all' }: AlertRow): StoredAlert => ({
  id: String(id),
  alert: JSON.parse(alert) as Alert,
  receivedAt,
  part,
});
