/** A stage of a run: how it stands, and where its log is. */
export interface StageState {
  readonly name: string;
  readonly state: 'Pending' | 'Running' | 'Paused' | 'Succeeded' | 'Failed' | 'Cancelled' | 'Skipped';
  /** `kubectl logs POD -c CONTAINER` shows the log of one step. */
  readonly pod?: string;
  readonly containers?: readonly string[];
  /** Of a failed stage: what failed, and how. */
  readonly failure?: string;
  /** Of a paused stage: what it asks. */
  readonly input?: { readonly id: string; readonly message: string };
}
