// The only entry of the command line: finds the command, parses its words, hands it the process as values, returns the exit code.
import { parseArgs } from "node:util";
import { Temporal } from "temporal-polyfill";
import { type Command, EXIT, type Terminal } from "./commands/command.ts";

/** Each command is loaded only when it is called: `seclog quote` must not pay for GitLab or the sandbox. */
const COMMANDS: Readonly<Record<string, () => Promise<{ command: Command }>>> = {
  demo: () => import("./commands/demo.ts"),
  sandbox: () => import("./commands/sandbox.ts"),
  run: () => import("./commands/run.ts"),
  doctor: () => import("./commands/doctor.ts"),
  validate: () => import("./commands/validate.ts"),
  check: () => import("./commands/check.ts"),
  intake: () => import("./commands/intake.ts"),
  dive: () => import("./commands/dive.ts"),
  archive: () => import("./commands/archive.ts"),
  prove: () => import("./commands/prove.ts"),
  review: () => import("./commands/review.ts"),
  impact: () => import("./commands/impact.ts"),
  quote: () => import("./commands/quote.ts"),
  redact: () => import("./commands/redact.ts"),
  verify: () => import("./commands/verify.ts"),
};

const COMMON_OPTIONS = {
  help: { type: "boolean", short: "h" },
  json: { type: "boolean" },
} as const;

/** Runs one command; `argv` without node and script. Never throws: a fault becomes a message and an exit code. */
export async function main(argv: readonly string[]): Promise<number> {
  const terminal = processTerminal();
  const [name, ...words] = argv;
  if (name === undefined || name === "--help" || name === "-h" || name === "help") {
    terminal.write(await overview());
    return name === undefined ? EXIT.badInput : EXIT.done;
  }
  const load = Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
  if (load === undefined) {
    terminal.complain(
      `seclog: there is no command "${printable(name)}". \`seclog --help\` lists them.\n`,
    );
    return EXIT.badInput;
  }
  try {
    return await runCommand(terminal, (await load()).command, words);
  } catch (error) {
    terminal.complain(`seclog ${name}: ${describeError(error)}\n`);
    return EXIT.failed;
  }
}

async function runCommand(
  terminal: Terminal,
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
      `${command.summary}\n\nusage: seclog ${command.name} ${command.usage}\n\n${command.help.trim()}\n`,
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

async function overview(): Promise<string> {
  const commands = await Promise.all(Object.values(COMMANDS).map((load) => load()));
  const width = Math.max(...commands.map(({ command }) => command.name.length));
  const lines = commands.map(
    ({ command }) => `  ${command.name.padEnd(width)}  ${command.summary}`,
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
    now: Temporal.Now.instant().toString(),
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
