/** Two GitLab clients that know nothing of this project work through the sandbox. */
import { spawn, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { startSandbox } from "./start.ts";

interface Client {
  readonly name: string;
  readonly command: string;
  readonly probe: readonly string[];
  readonly script: string;
  readonly install: string;
}

const CLIENTS: readonly Client[] = [
  {
    name: "python-gitlab",
    command: "/usr/bin/python3",
    probe: ["-c", "import gitlab"],
    script: "python_gitlab.py",
    install: "python3-gitlab",
  },
  {
    name: "ruby-gitlab",
    command: "ruby",
    probe: ["-e", "require 'gitlab'"],
    script: "ruby_gitlab.rb",
    install: "ruby-gitlab",
  },
];

/** Runs a client; the sandbox is in this process, so the wait must not block. */
function run(
  command: string,
  args: readonly string[],
): Promise<{ readonly code: number | null; readonly output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { env: { PATH: process.env["PATH"], LC_ALL: "C.UTF-8" } });
    let output = "";
    child.stdout.on("data", (chunk) => {
      output += String(chunk);
    });
    child.stderr.on("data", (chunk) => {
      output += String(chunk);
    });
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, output }));
  });
}

for (const { name, command, probe, script, install } of CLIENTS) {
  const missing = spawnSync(command, [...probe]).status !== 0;
  const title = missing
    ? `${name}: skipped, because it is not installed (apt-get install ${install})`
    : `${name} works through the sandbox`;
  test.skipIf(missing)(title, { timeout: 120_000 }, async () => {
    const sandbox = await startSandbox();
    try {
      const admin = sandbox.users.find((one) => one.role === "admin");
      const path = fileURLToPath(new URL(`foreign/${script}`, import.meta.url));
      const { code, output } = await run(command, [path, sandbox.url, admin?.token ?? ""]);
      expect(output).toMatch(/^\d+ checks\s*$/);
      expect(code).toBe(0);
    } finally {
      await sandbox.close();
    }
  });
}
