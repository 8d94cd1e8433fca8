// Runs one command on many cases: JSON Lines in, one result a line out, in the same order.
import { createReadStream } from "node:fs";
import { EXIT, type Terminal } from "./command.ts";
import { linesOf } from "./json-lines.ts";

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
    for await (const line of linesOf(file === "-" ? terminal.input : createReadStream(file))) {
      number += 1;
      if (line.trim() === "") continue;
      const input = parse(line);
      if (input === null) {
        code = EXIT.badInput;
        terminal.write(
          result(undefined, {
            errors: [{ key: "", message: `line ${number} is not a JSON object` }],
          }),
        );
        continue;
      }
      try {
        terminal.write(result(input["name"], await judge(input)));
      } catch (error) {
        code = Math.max(code, EXIT.failed);
        terminal.write(result(input["name"], { errors: [{ key: "", message: messageOf(error) }] }));
      }
    }
  } catch (error) {
    terminal.complain(`${file} cannot be read: ${messageOf(error)}\n`);
    return EXIT.badInput;
  }
  return code;
}

function parse(line: string): Case | null {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? (value as Case)
      : null;
  } catch {
    return null;
  }
}

const result = (name: unknown, rest: object): string =>
  `${JSON.stringify({ name: name ?? null, ...rest })}\n`;

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : "an unknown fault";
