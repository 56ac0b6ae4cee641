import { delay, systemClock } from '@armillary/kube';
import type { Lab } from '@armillary/node-lb';
import { patienceMs } from './node-lb-cluster.ts';
import { eventually } from './process.ts';

type Resident = ReturnType<Lab['resident']>;
type Connection = Awaited<ReturnType<Resident['open']>>;

/** Connections that stay open, and how long one of them may be without an answer before it counts as broken. */
const stayingCount = 4;
const answerMs = 45_000;
/** A new connection that gets no answer in this time has failed. */
const connectMs = 3000;
/** Between calls of one client. */
const pauseMs = 10;

/** What clients saw of a port for a while. */
export interface Seen {
  /** New connections that were answered. */
  readonly answered: number;
  /** How new connections failed, and how often. */
  readonly failed: Readonly<Record<string, number>>;
  /** Answers over connections that stay open. */
  readonly heard: number;
  /** How connections that were open broke. */
  readonly broken: readonly string[];
}

/** Clients that call a port again and again, and others that talk over connections that stay open. */
export class Load {
  readonly #resident: Resident;
  readonly #staying: Connection[];
  readonly #quiet: Connection[];
  readonly #target: { address: string; port: number };
  readonly #loops: Promise<void>[];
  #answered = 0;
  #heard = 0;
  #failed: Record<string, number> = {};
  #broken: string[] = [];
  #running = true;

  private constructor(
    resident: Resident,
    target: { address: string; port: number },
    { staying, quiet }: { staying: Connection[]; quiet: Connection[] },
  ) {
    this.#resident = resident;
    this.#quiet = quiet;
    this.#target = target;
    this.#staying = staying;
    this.#loops = [this.#callAgain(), ...staying.map((connection) => this.#talk(connection))];
  }

  /** Starts; the port must answer. */
  static async start(resident: Resident, address: string, port: number): Promise<Load> {
    const open = await Promise.all(
      Array.from({ length: 2 * stayingCount }, () => resident.open(address, port, answerMs)),
    );
    const refused = open.find(({ first }) => 'error' in first);
    if (refused) throw new Error(`${address} ${port} does not answer: ${JSON.stringify(refused.first)}`);
    const [staying, quiet] = [open.slice(stayingCount), open.slice(0, stayingCount)];
    return new Load(resident, { address, port }, { staying, quiet });
  }

  /** What was seen since the last time. */
  take(): Seen {
    const seen = { answered: this.#answered, failed: this.#failed, heard: this.#heard, broken: this.#broken };
    [this.#answered, this.#heard, this.#failed, this.#broken] = [0, 0, {}, []];
    return seen;
  }

  /** Waits until so many more new connections were answered. */
  async calls(more = 24): Promise<void> {
    const answered = this.#answered + more;
    await this.#until(`${more} more connections`, () => this.#answered >= answered);
  }

  /** Waits until there were more new connections, and open ones were heard of several times more. */
  async goesOn(): Promise<void> {
    await this.calls();
    const heard = this.#heard + 4 * stayingCount;
    await this.#until('open connections to be heard of', () => this.#heard >= heard);
  }

  /** What others say that were open all the time and are asked only now: how they broke. */
  async askQuiet(): Promise<string[]> {
    const answers = await Promise.all(this.#quiet.map((connection) => connection.ask(answerMs)));
    return answers.flatMap((answer) => ('error' in answer ? [answer.error] : []));
  }

  async stop(): Promise<void> {
    this.#running = false;
    await Promise.all(this.#loops);
    await Promise.all([...this.#staying, ...this.#quiet].map((connection) => connection.close()));
  }

  async #until(what: string, check: () => boolean): Promise<void> {
    await eventually(what, check, patienceMs).catch((error: unknown) => {
      throw new Error(`${String(error)}; seen: ${JSON.stringify(this.take())}`, { cause: error });
    });
  }

  async #callAgain(): Promise<void> {
    while (this.#running) {
      const order = { protocol: 'TCP', ...this.#target, times: 4, timeoutMs: connectMs } as const;
      const answers = await this.#resident.call(order);
      for (const answer of answers) {
        if ('error' in answer) this.#failed[answer.error] = (this.#failed[answer.error] ?? 0) + 1;
        else this.#answered += 1;
      }
      // Who is refused asks again after a moment, as clients do: the machine is for those that repair.
      await delay(systemClock, pauseMs);
    }
  }

  async #talk(connection: Connection): Promise<void> {
    while (this.#running) {
      const answer = await connection.ask(answerMs);
      if ('error' in answer) {
        this.#broken.push(answer.error);
        return;
      }
      this.#heard += 1;
      await delay(systemClock, pauseMs);
    }
  }
}

/** What was measured, for whoever reads along; nothing is decided by it. */
export function tell(what: string, measured: object): void {
  process.stdout.write(`${what}: ${JSON.stringify(measured)}\n`);
}
