// A terminal that keeps what a command says, for tests.
import type { Terminal } from "../scripts/commands/command.ts";

export type TestTerminal = Terminal & {
  readonly written: () => string;
  readonly complaints: () => string;
};

/** `input` is what stands on standard input. */
export function testTerminal(input = ""): TestTerminal {
  const out: string[] = [];
  const complaints: string[] = [];
  return {
    write: (text) => void out.push(text),
    complain: (text) => void complaints.push(text),
    input: (async function* () {
      yield new TextEncoder().encode(input);
    })(),
    env: {},
    now: "2026-11-20T15:00:00Z",
    interactive: false,
    signal: new AbortController().signal,
    written: () => out.join(""),
    complaints: () => complaints.join(""),
  };
}
