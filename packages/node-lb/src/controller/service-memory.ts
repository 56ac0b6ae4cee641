/** What is remembered of a Service between reconciles, for as long as it exists. A restart forgets it. */
export interface ServiceMemory {
  /** When it last moved, milliseconds. */
  movedAt?: number;
  /** When a claim of it, by name, was first seen not to be brought about, milliseconds. */
  failingSince: ReadonlyMap<string, number>;
  /** Its conditions say why it is refused: without a finalizer nothing else tells that they are ours. */
  isRefused?: boolean;
  /** What people were told and need not hear again, by reason. */
  readonly told: Map<string, string>;
}

/** The memories of all Services, by uid. */
export class ServiceMemories {
  readonly #memories = new Map<string, ServiceMemory>();

  of(uid: string): ServiceMemory {
    let memory = this.#memories.get(uid);
    if (!memory) this.#memories.set(uid, (memory = { failingSince: new Map(), told: new Map() }));
    return memory;
  }

  forget(uid: string): void {
    this.#memories.delete(uid);
  }
}
