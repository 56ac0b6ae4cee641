import { isAlreadyExists, isNotFound, type KubeClient, type ResourceClient } from '@armillary/kube';
import { portClaimKind, type PortClaim, type PortClaimSpec } from '../kinds/port-claim.ts';
import type { ClaimLedger } from './claim-ledger.ts';

/**
 * Writes claims, each time on the ground of the very version that was looked at: what somebody else changed meanwhile is
 * a conflict, and the Service is reconciled again. Methods reject with a `KubeError`.
 */
export class ClaimWriter {
  readonly #claims: ResourceClient<PortClaim>;
  readonly #ledger: ClaimLedger;
  readonly #signal: AbortSignal;

  constructor(client: KubeClient, ledger: ClaimLedger, signal: AbortSignal) {
    this.#claims = client.resource<PortClaim>(portClaimKind);
    this.#ledger = ledger;
    this.#signal = signal;
  }

  /**
   * Creates a claim that is reserved in the ledger, or finds that its Service has it already. Answers with the claim that
   * is in the way when the port is another's; the ledger knows then, too.
   */
  async create(claim: PortClaim): Promise<PortClaim | undefined> {
    const name = claim.metadata.name ?? '';
    const result = await this.#createOrRead(name, claim);
    this.#ledger.wrote(name, claim, result);
    return result.spec.service.uid === claim.spec.service.uid ? undefined : result;
  }

  async update(claim: PortClaim, spec: PortClaimSpec): Promise<void> {
    const result = await this.#claims.update({ ...claim, spec }, { signal: this.#signal });
    this.#ledger.wrote(claim.metadata.name ?? '', claim, result);
  }

  /** Deletes a claim; one that is gone, or another's by now, is no error. */
  async remove(claim: PortClaim): Promise<void> {
    const { name = '', uid = '', resourceVersion = '' } = claim.metadata;
    try {
      await this.#claims.delete(name, { preconditions: { uid, resourceVersion }, signal: this.#signal });
    } catch (error) {
      if (!isNotFound(error)) throw error;
    }
    this.#ledger.wrote(name, claim, undefined);
  }

  async removeAll(claims: readonly PortClaim[]): Promise<void> {
    for (const claim of claims) await this.remove(claim);
  }

  async #createOrRead(name: string, claim: PortClaim): Promise<PortClaim> {
    try {
      return await this.#claims.create(claim, { signal: this.#signal });
    } catch (error) {
      if (!isAlreadyExists(error)) throw error;
      return this.#claims.get(name, { signal: this.#signal });
    }
  }
}
