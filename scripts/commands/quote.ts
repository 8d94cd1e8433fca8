// `seclog quote`: how text that somebody else wrote is shown in a comment.
import { QUOTE_CONTEXTS, type QuoteContext, quoteText } from "../domain/untrusted-text.ts";
import { type Case, runBatch } from "./batch.ts";
import { type Command, EXIT } from "./command.ts";

/** An unknown place is taken for the middle of a line: a code span on one line is inert anywhere. */
function quoteCase({ context, text }: Case): object {
  if (typeof text !== "string") return { errors: [{ key: "text", message: "must be a string" }] };
  return { rendered: quoteText(text, contextOf(context)) };
}

function contextOf(value: unknown): QuoteContext {
  if (value === undefined || value === null) return "raw";
  return QUOTE_CONTEXTS.find((known) => known === value) ?? "paragraph";
}

export const command: Command = {
  name: "quote",
  usage: "[--context PLACE] < TEXT | --batch FILE.jsonl",
  help: `
Prints the Markdown by which a comment shows the text on standard input: no quick action, mention, reference,
image, link or HTML in it works. --context says where it will stand: ${QUOTE_CONTEXTS.join(", ")}
(raw without it). --json prints {rendered}. --batch reads {name, context?, text} a line, - for standard input.

Exit codes: 0 done, 2 bad input.
Example: echo '/close' | seclog quote`,
  options: {
    context: { type: "string" },
    batch: { type: "string" },
  },
  run: async (terminal, values, positionals) => {
    const { batch, context } = values;
    if (positionals.length > 0) {
      terminal.complain(`usage: seclog quote ${command.usage}\n`);
      return EXIT.badInput;
    }
    if (typeof batch === "string") return runBatch(terminal, batch, quoteCase);
    if (context !== undefined && !QUOTE_CONTEXTS.some((known) => known === context)) {
      terminal.complain(`--context must be one of ${QUOTE_CONTEXTS.join(", ")}\n`);
      return EXIT.badInput;
    }
    const chunks: Uint8Array[] = [];
    for await (const chunk of terminal.input) chunks.push(chunk);
    const rendered = quoteText(new TextDecoder().decode(Buffer.concat(chunks)), contextOf(context));
    terminal.write(`${values["json"] === true ? JSON.stringify({ rendered }) : rendered}\n`);
    return EXIT.done;
  },
};
