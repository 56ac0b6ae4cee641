/** How a program is run. */
export interface RunOptions {
  /** Given to its standard input. */
  input?: string;
  /** Then it and its children are killed; 10,000 unless told. */
  timeoutMs?: number;
  /** Exit codes beside 0 that are answers, not failures. */
  acceptable?: readonly number[];
  /** More output than this is a failure; 64 MiB unless told. */
  maxOutputBytes?: number;
  signal?: AbortSignal;
}

/** What a program said. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs programs of the system, never through a shell. */
export interface Commands {
  /**
   * Runs a program to its end. Throws `NodeLbError`: `ProgramMissing` when there is no such program, `ProgramFailed` with
   * its last words when it ends with another code, hangs, or prints too much.
   */
  run(program: string, args: readonly string[], options?: RunOptions): Promise<Ran>;
  /** The same inside a network namespace, by its name in `ip netns`. */
  inside(namespace: string): Commands;
}

/** {@link Commands} that can also listen to a program which goes on, such as `nft monitor`. */
export interface StreamingCommands extends Commands {
  /**
   * The lines a program prints, until it ends or the signal aborts (then the iteration just ends, and the program is
   * killed). Throws as {@link Commands.run} does when it cannot be started or ends with another code than 0; a line
   * longer than 1 MiB is a failure. Lines are taken from the program as fast as they are read here. `input` is all that the
   * program can read.
   */
  follow(
    program: string,
    args: readonly string[],
    signal: AbortSignal,
    input?: string,
  ): AsyncIterable<string>;
  inside(namespace: string): StreamingCommands;
}
