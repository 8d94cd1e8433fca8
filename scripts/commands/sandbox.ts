// `seclog sandbox`: starts the stand-in GitLab and says when it is ready.
import { type Command, EXIT } from "./command.ts";

export const command: Command = {
  name: "sandbox",
  usage: "[--port N] [--seed FILE]",
  help: `
A GitLab for trying things out, on this machine alone: real HTTP, state in memory, gone when it stops (Ctrl-C).
When it is ready it prints one JSON line:

  {"url":…,"projects":[{"path":…,"id":…}],"users":[{"username":…,"id":…,"token":…,"role":…}]}

  --port N     listen on this port (default: a free one)
  --seed FILE  users, groups and projects as JSON, instead of the built-in ones`,
  options: { port: { type: "string" }, seed: { type: "string" } },
  run: async (terminal, values) => {
    const port = portOf(values["port"]);
    if (port === null) {
      terminal.complain("seclog sandbox: --port wants a number from 0 to 65535\n");
      return EXIT.badInput;
    }
    const { describeSandbox, startSandbox } = await import("../../test/sandbox/start.ts");
    const seedFile = typeof values["seed"] === "string" ? { seedFile: values["seed"] } : {};
    const sandbox = await startSandbox({ port, ...seedFile });
    terminal.write(`${JSON.stringify(describeSandbox(sandbox))}\n`);
    await stopped(terminal.signal);
    await sandbox.close();
    return EXIT.done;
  },
};

/** 0 = a free port. */
export function portOf(value: unknown): number | null {
  if (value === undefined) return 0;
  if (typeof value !== "string" || !/^\d{1,5}$/.test(value)) return null;
  return Number(value) <= 65_535 ? Number(value) : null;
}

export const stopped = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
