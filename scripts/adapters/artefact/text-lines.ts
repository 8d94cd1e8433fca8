/** The lines of a text that we wrote: cut at LF alone, since a row may hold the other line ends that Unicode knows. */
import type { Readable } from "node:stream";

/** @param text bytes of UTF-8, every line ended by LF */
export async function* textLines(text: Readable): AsyncGenerator<string> {
  let rest = "";
  for await (const chunk of text.setEncoding("utf8")) {
    const lines = `${rest}${chunk}`.split("\n");
    rest = lines.pop() ?? "";
    yield* lines;
  }
}
