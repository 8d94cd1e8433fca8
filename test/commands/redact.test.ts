import { mkdtemp, readFile, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import type { Terminal } from "../../scripts/commands/command.ts";
import { command } from "../../scripts/commands/redact.ts";
import { BASE, lineOf } from "../domain/dive-fixture.ts";

const SCOPE = new URL("../cases/shared/logs-scope.json", import.meta.url).pathname;
const KEY = "a test key that is long enough for it";

async function redact(
  input: Uint8Array,
  values: Record<string, string | boolean>,
  env = { SECLOG_PSEUDONYM_KEY: KEY },
) {
  const out: string[] = [];
  const complaints: string[] = [];
  const terminal: Terminal = {
    write: (text) => void out.push(text),
    complain: (text) => void complaints.push(text),
    input: (async function* () {
      // Odd chunks: lines and characters are cut anywhere.
      for (let at = 0; at < input.length; at += 65_537) yield input.subarray(at, at + 65_537);
    })(),
    env,
    now: "2026-11-20T00:00:00Z",
    interactive: false,
    signal: new AbortController().signal,
  };
  const code = await command.run(terminal, values, []);
  return { code, out: out.join(""), complaint: complaints.join("") };
}

type Case = {
  readonly name: string;
  readonly line?: string;
  readonly raw_b64?: string;
  readonly line_gen?: Readonly<Record<string, string | number>>;
  readonly expect: {
    readonly verdict: string;
    readonly must_appear: readonly string[];
    readonly must_not_appear: readonly string[];
  };
  readonly accept_also?: readonly string[];
};

const cases = (await readFile(new URL("../cases/shared/logs.ndjson", import.meta.url), "utf8"))
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line) as Case & { es_response?: unknown })
  .filter((one) => one.es_response === undefined);

function bytesOfCase({ line, raw_b64, line_gen }: Case): Buffer {
  if (raw_b64 !== undefined) return Buffer.from(raw_b64, "base64");
  if (line_gen === undefined) return Buffer.from(line ?? "");
  const part = (name: string): string => String(line_gen[name] ?? "");
  const count = Number(line_gen["count"]);
  const middle =
    part("unit").repeat(count) +
    part("open").repeat(count) +
    part("inner") +
    part("close").repeat(count);
  return Buffer.from(part("prefix") + middle + part("suffix"));
}

describe("the shared cases", () => {
  test.each(cases.map((one) => [one.name, one] as const))("%s", async (_, one) => {
    const { out, complaint } = await redact(bytesOfCase(one), { scope: SCOPE, json: true });
    const { verdict } = JSON.parse(out).lines[0];
    expect([one.expect.verdict, ...(one.accept_also ?? acceptedIn(one))]).toContain(verdict);
    for (const hidden of one.expect.must_not_appear) expect(out + complaint).not.toContain(hidden);
    if (verdict === "keep")
      for (const shown of one.expect.must_appear) expect(out).toContain(shown);
  });

  test("are all released in one run over one input, byte for byte the same twice", async () => {
    const input = Buffer.concat(cases.flatMap((one) => [bytesOfCase(one), Buffer.from("\n")]));
    const first = await redact(input, { scope: SCOPE });
    const second = await redact(input, { scope: SCOPE });
    expect(first).toStrictEqual(second);
    expect(first.code).toBe(1);
    const all = first.out + first.complaint;
    for (const one of cases)
      for (const hidden of one.expect.must_not_appear) expect(all).not.toContain(hidden);
  });
});

const acceptedIn = (one: Case): readonly string[] =>
  (one.expect as { accept_also?: readonly string[] }).accept_also ?? [];

describe("the terminal", () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "redact-"));
  });

  test("writes sorted rows, one a line, and the counts elsewhere", async () => {
    const { code, out, complaint } = await redact(lineOf(BASE), { scope: SCOPE });
    expect(code).toBe(0);
    const row = JSON.parse(out);
    expect(Object.keys(row)).toStrictEqual(Object.keys(row).sort());
    expect(out.endsWith("}\n")).toBe(true);
    expect(complaint).toBe(
      "redact: 1 lines read: 1 released, 0 dropped, 0 quarantined, 0 withheld\n",
    );
  });

  test("tells each line's verdict with --json, also of an empty and an overlong one", async () => {
    const long = Buffer.alloc(1024 * 1024 + 10, 0x20);
    const input = Buffer.concat([lineOf(BASE), Buffer.from("\n\n"), long, Buffer.from("\n")]);
    const { code, out } = await redact(input, { scope: SCOPE, json: true, profile: "application" });
    expect(code).toBe(1);
    const report = JSON.parse(out);
    expect(report.lines).toStrictEqual([
      { line: 1, verdict: "keep", reason: "in_scope" },
      { line: 2, verdict: "drop", reason: "empty_line" },
      { line: 3, verdict: "quarantine", reason: "too_large" },
    ]);
    expect(report).toMatchObject({
      scanned: 3,
      released: 1,
      dropped: 1,
      quarantined: 1,
      withheld: 0,
    });
    expect(report.rows).toHaveLength(1);
  });

  test("names every fault of the input at once", async () => {
    const bad = await redact(Buffer.of(), { profile: "nothing" });
    expect(bad.code).toBe(2);
    expect(bad.complaint).toContain("--scope is missing");
    expect(bad.complaint).toContain("--profile has no profile of that name; use one of");
    const file = join(folder, "scope.json");
    await writeFile(file, "{");
    expect((await redact(Buffer.of(), { scope: file })).complaint).toContain("is not JSON");
    await writeFile(file, JSON.stringify({ request_id: "IR-2026-0001", colour: 1 }));
    const shape = await redact(Buffer.of(), { scope: file });
    expect(shape.complaint).toContain("colour is not a known key");
    expect(shape.complaint).toContain("account");
    const scope = JSON.parse(await readFile(SCOPE, "utf8"));
    await writeFile(file, JSON.stringify({ ...scope, window: { from: "2026-11-18", to: "x" } }));
    expect((await redact(Buffer.of(), { scope: file })).complaint).toContain(
      "window must run forward",
    );
    expect((await redact(Buffer.of(), { scope: join(folder, "none") })).complaint).toContain(
      "cannot be read",
    );
  });

  test("follows the log source that a line names", async () => {
    const audit = await redact(lineOf({ ...BASE, log_source: "audit" }), { scope: SCOPE });
    expect(JSON.parse(audit.out)).toMatchObject({ log_source: "audit" });
    const shell = await redact(lineOf({ ...BASE, log_source: "gitlab-shell" }), {
      scope: SCOPE,
      json: true,
    });
    expect(JSON.parse(shell.out).lines[0]).toMatchObject({
      verdict: "drop",
      reason: "source_not_listed",
    });
    const other = await redact(lineOf({ ...BASE, log_source: "nginx" }), {
      scope: SCOPE,
      json: true,
    });
    expect(JSON.parse(other.out).lines[0]).toMatchObject({
      verdict: "drop",
      reason: "source_not_listed",
    });
    const file = join(folder, "scope.json");
    const wide = { ...JSON.parse(await readFile(SCOPE, "utf8")), log_sources: ["nginx"] };
    await writeFile(file, JSON.stringify(wide));
    const unknown = await redact(lineOf({ ...BASE, log_source: "nginx" }), {
      scope: file,
      json: true,
    });
    expect(JSON.parse(unknown.out).lines[0]).toMatchObject({
      verdict: "quarantine",
      reason: "no_profile",
    });
  });

  test("refuses a key that could be guessed", async () => {
    await expect(
      redact(lineOf(BASE), { scope: SCOPE }, { SECLOG_PSEUDONYM_KEY: "short" }),
    ).rejects.toThrow("SECLOG_PSEUDONYM_KEY has 5 bytes; use at least 32 random ones");
    await expect(stat(join(folder, ".seclog"))).rejects.toThrow();
  });
});
