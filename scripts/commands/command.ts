// What a command of the terminal is: its words, its options, and what it does with the outside handed to it.
import type { ParseArgsConfig } from "node:util";

/** Exit codes, the same for every command. */
export const EXIT = { done: 0, failed: 1, badInput: 2, gateClosed: 3 } as const;

/** The process around a command, as values, so that a test can hand in its own. */
export type Terminal = {
  readonly write: (text: string) => void;
  readonly complain: (text: string) => void;
  readonly input: AsyncIterable<Uint8Array>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** RFC 3339 instant at which the run began. */
  readonly now: string;
  readonly interactive: boolean;
  readonly signal: AbortSignal;
};

export type Command = {
  readonly name: string;
  /** The words after `seclog <name>`: `REQUEST.yaml --facts FACTS.json`. */
  readonly usage: string;
  /** A few lines: what goes in, what comes out, exit codes, an example. */
  readonly help: string;
  readonly options: NonNullable<ParseArgsConfig["options"]>;
  readonly run: (
    terminal: Terminal,
    values: Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>,
    positionals: readonly string[],
  ) => Promise<number>;
};
