// Runs one command on many cases: JSON Lines in, one result a line out, in the same order.
import { createReadStream } from "node:fs";
import { lineSplitter, type RawLine } from "../adapters/log-stores/line-splitter.ts";
import { EXIT, type Terminal } from "./command.ts";

export type Case = Readonly<Record<string, unknown>>;

/**
 * Judges each line of `file` (`-` = standard input) with `judge` and prints its result with the case's `name`.
 * A line that is no JSON object, or that cannot be judged, gives a result with `errors`; the others go on.
 * @returns 0; 1 when a case could not be judged; 2 when a line or the file could not be read
 */
export async function runBatch(
  terminal: Terminal,
  file: string,
  judge: (line: Case) => object | Promise<object>,
): Promise<number> {
  let code: number = EXIT.done;
  let number = 0;
  try {
    for await (const { bytes, cut } of linesOf(terminal, file)) {
      number += 1;
      if (bytes.length === 0) continue;
      const input = cut ? null : parse(bytes);
      const { exit, result } =
        input === null
          ? { exit: EXIT.badInput, result: faulty(`line ${number} is not a JSON object`) }
          : await judged(input, judge);
      code = Math.max(code, exit);
      terminal.write(`${JSON.stringify({ name: input?.["name"] ?? null, ...result })}\n`);
    }
  } catch (error) {
    terminal.complain(`${file} cannot be read: ${messageOf(error)}\n`);
    return EXIT.badInput;
  }
  return code;
}

/** A case holds a whole issue (a megabyte of text), perhaps escaped. */
const LONGEST_CASE = 32 * 1024 * 1024;

/** Lines end at LF alone: JSON may hold U+2028, which other readers take for a line end. */
async function* linesOf(terminal: Terminal, file: string): AsyncGenerator<RawLine> {
  const splitter = lineSplitter(LONGEST_CASE);
  const chunks = file === "-" ? terminal.input : createReadStream(file);
  for await (const chunk of chunks) yield* splitter.push(chunk);
  yield* splitter.end();
}

async function judged(
  input: Case,
  judge: (line: Case) => object | Promise<object>,
): Promise<{ exit: number; result: object }> {
  try {
    return { exit: EXIT.done, result: await judge(input) };
  } catch (error) {
    return { exit: EXIT.failed, result: faulty(messageOf(error)) };
  }
}

function parse(line: Uint8Array): Case | null {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(line));
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Case)
      : null;
  } catch {
    return null;
  }
}

const faulty = (message: string): object => ({ errors: [{ key: "", message }] });

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : "an unknown fault";
