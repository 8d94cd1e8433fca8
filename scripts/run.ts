// The only entry of the command line: finds the command, parses its words, hands it the process as values, returns the exit code.
import { parseArgs } from "node:util";
import { type Command, EXIT, type Terminal } from "./commands/command.ts";

/** One line for the list of commands; each is the file of its name in `commands`, loaded only when it is called. */
export const SUMMARIES: Readonly<Record<string, string>> = {
  demo: "plays a whole case, from the issue to the released artefact",
  sandbox: "starts the sandbox GitLab",
  run: "runs pipeline jobs against GitLab",
  doctor: "what is unsafe or missing in GitLab's settings",
  validate: "every YAML file, manifest and template of the repository",
  check: "the verdict on one information request, offline",
  intake: "issue text → request file and what is missing, offline",
  dive: "the log-dive of one request: reads an archive, writes a redacted artefact",
  archive: "indexes a log archive by owner and time, so that a dive reads only what it needs",
  prove: "is an artefact what its log-dive had to write? offline, from the evidence",
  review: "the release gate on given facts, offline",
  impact: "which past verdicts a change of the policies flips",
  quote: "shows untrusted text so that nothing in it can act in GitLab",
  redact: "redacts log rows from standard input, offline",
  verify: "is the custody log of a request still what was written? offline",
};

const COMMON_OPTIONS = {
  help: { type: "boolean", short: "h" },
  json: { type: "boolean" },
} as const;

/**
 * Runs one command. Never throws: a fault becomes a message and an exit code.
 * @param argv without node and script
 * @param load reads the file of a command by the command's name
 */
export async function main(
  argv: readonly string[],
  load: (name: string) => Promise<{ readonly command: Command }>,
): Promise<number> {
  const terminal = processTerminal();
  const [name, ...words] = argv;
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    terminal.write(overview());
    return name === undefined ? EXIT.badInput : EXIT.done;
  }
  const summary = Object.hasOwn(SUMMARIES, name) ? SUMMARIES[name] : undefined;
  if (summary === undefined) {
    terminal.complain(
      `seclog: there is no command "${printable(name)}". \`seclog --help\` lists them.\n`,
    );
    return EXIT.badInput;
  }
  try {
    return await runCommand(terminal, summary, (await load(name)).command, words);
  } catch (error) {
    terminal.complain(`seclog ${name}: ${describeError(error)}\n`);
    return EXIT.failed;
  }
}

async function runCommand(
  terminal: Terminal,
  summary: string,
  command: Command,
  words: readonly string[],
): Promise<number> {
  let parsed: ReturnType<typeof parseWords>;
  try {
    parsed = parseWords(command, words);
  } catch (error) {
    terminal.complain(
      `seclog ${command.name}: ${describeError(error)}\nusage: seclog ${command.name} ${command.usage}\n`,
    );
    return EXIT.badInput;
  }
  if (parsed.values["help"] === true) {
    terminal.write(
      `${summary}\n\nusage: seclog ${command.name} ${command.usage}\n\n${command.help.trim()}\n`,
    );
    return EXIT.done;
  }
  return command.run(terminal, parsed.values, parsed.positionals);
}

const parseWords = (command: Command, words: readonly string[]) =>
  parseArgs({
    args: [...words],
    options: { ...COMMON_OPTIONS, ...command.options },
    allowPositionals: true,
    strict: true,
  });

function overview(): string {
  const width = Math.max(...Object.keys(SUMMARIES).map((name) => name.length));
  const lines = Object.entries(SUMMARIES).map(
    ([name, summary]) => `  ${name.padEnd(width)}  ${summary}`,
  );
  return `seclog: request workflows of a security organisation, run inside GitLab\n\n${lines.join("\n")}\n\nseclog <command> --help says more. Exit codes: 0 done, 1 something failed, 2 bad input, 3 gate closed.\n`;
}

function processTerminal(): Terminal {
  const stop = new AbortController();
  process.once("SIGINT", () => stop.abort(new Error("cancelled")));
  process.once("SIGTERM", () => stop.abort(new Error("cancelled")));
  process.stdout.on("error", stopAtClosedPipe);
  return {
    write: (text) => void process.stdout.write(text),
    complain: (text) => void process.stderr.write(text),
    input: process.stdin,
    env: process.env,
    now: new Date().toISOString(),
    interactive: process.stderr.isTTY === true,
    signal: stop.signal,
  };
}

/** `seclog … | head` closes our output early: that is the reader's choice, not a fault. */
function stopAtClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code === "EPIPE") process.exit(EXIT.done);
  throw error;
}

const describeError = (error: unknown): string =>
  error instanceof Error ? error.message : "an unknown fault";

/** Shows a word from the command line without letting it steer the terminal. */
const printable = (text: string): string => JSON.stringify(text).slice(1, -1).slice(0, 80);
