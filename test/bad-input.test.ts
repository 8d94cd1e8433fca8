import { cp, mkdtemp, readdir, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { command as check } from "../scripts/commands/check.ts";
import type { Command, Terminal } from "../scripts/commands/command.ts";
import { command as dive } from "../scripts/commands/dive.ts";
import { command as run } from "../scripts/commands/run.ts";
import { command as validate } from "../scripts/commands/validate.ts";
import { ACME_FACTS } from "../scripts/demo/stage.ts";
import { main } from "../scripts/run.ts";
import { API, beginLife, fileRequest, type Life } from "./life.ts";

let life: Life;
let folder: string;
beforeAll(async () => {
  life = await beginLife();
  folder = await mkdtemp(join(tmpdir(), "bad-input-"));
});
afterAll(async () => {
  await life.stage.close();
  await rm(folder, { recursive: true });
});

const REQUEST = `apiVersion: v1
kind: information_request
id: IR-2026-0042
issue: 42
account: { path: acme-corp, id: 12345 }
window: { from: "2026-11-16T00:00:00Z", to: "2026-11-18T00:00:00Z" }
resources: { groups: [], projects: [acme-corp/payments/api], users: [] }
event_types: [deploy_key_added]
log_sources: [audit]
`;

async function call(
  command: Command,
  values: Readonly<Record<string, string | boolean>>,
  positionals: readonly string[],
  env: Readonly<Record<string, string>> = {},
) {
  let out = "";
  let complaints = "";
  const terminal: Terminal = {
    write: (text) => {
      out += text;
    },
    complain: (text) => {
      complaints += text;
    },
    input: process.stdin,
    env: { SECLOG_PSEUDONYM_KEY: "k".repeat(40), ...env },
    now: "2026-11-20T09:00:00Z",
    interactive: false,
    signal: new AbortController().signal,
  };
  const exit = await command.run(terminal, values, positionals);
  return { exit, out, complaints };
}

async function requestFile(text: string): Promise<string> {
  const file = join(await mkdtemp(join(folder, "r-")), "IR-2026-0042.yaml");
  await writeFile(file, text);
  return file;
}

test("a wrong YAML key is named with its place and the key that was meant", async () => {
  const file = await requestFile(REQUEST.replace("event_types:", "event_typs:"));
  const { exit, complaints } = await call(validate, {}, [file]);
  expect(exit).toBe(2);
  expect(complaints).toMatch(/IR-2026-0042\.yaml:8:1 event_typs .*did you mean event_types/);
  expect(complaints).toMatch(/event_types is missing/);
});

test("an unknown event type is named, with the one that was meant", async () => {
  const file = await requestFile(REQUEST.replace("deploy_key_added", "deploy_key_aded"));
  for (const result of [
    await call(validate, {}, [file]),
    await call(dive, { store: `file:${folder}`, out: join(folder, "never") }, [file]),
  ]) {
    expect(result.exit).toBe(2);
    expect(result.complaints).toMatch(
      /IR-2026-0042\.yaml:8:\d+ event_types.*did you mean deploy_key_added/,
    );
  }
  expect(await readdir(folder)).not.toContain("never");
});

test("a window beyond the limit is refused with the measured value, the limit and what to change", async () => {
  const file = await requestFile(REQUEST.replace("2026-11-16", "2026-10-01"));
  const facts = join(folder, "facts.json");
  const { inventory: _, ...known } = ACME_FACTS;
  await writeFile(facts, JSON.stringify(known));
  const { exit, out } = await call(check, { facts, now: "2026-11-20T09:00:00Z", json: true }, [
    file,
  ]);
  expect(exit).toBe(3);
  const verdict = JSON.parse(out);
  expect(verdict.verdict).toBe("reject");
  expect(verdict.findings[0]).toMatchObject({ rule: "window_too_old", ok: false });
  expect(verdict.findings[0].reason).toMatch(/2026-10-01.*2026-10-20/);
  expect(verdict.findings[0].fix).toMatch(/2026-10-20/);
});

async function archiveCopy(): Promise<string> {
  const copy = await mkdtemp(join(folder, "archive-"));
  const from = (life.stage.environment["SECLOG_LOG_STORE"] ?? "").slice("file:".length);
  await cp(join(from, "source=audit"), join(copy, "source=audit"), { recursive: true });
  return copy;
}
async function filesOfDay(archive: string, day: string): Promise<readonly string[]> {
  const directory = join(archive, "source=audit", `date=${day}`);
  return (await readdir(directory)).map((name) => join(directory, name));
}
async function diveInto(archive: string) {
  const out = join(folder, `out-${archive.slice(-6)}`);
  const result = await call(dive, { store: `file:${archive}`, out }, [await requestFile(REQUEST)]);
  const manifest = JSON.parse(await readFile(join(out, "manifest.json"), "utf8"));
  return { ...result, manifest };
}

test("a missing log day makes the artefact incomplete, and says which", async () => {
  const archive = await archiveCopy();
  await rm(join(archive, "source=audit", "date=2026-11-17"), { recursive: true });
  const { exit, out, complaints, manifest } = await diveInto(archive);
  expect(exit).toBe(1);
  expect(manifest.complete).toBe(false);
  expect(manifest.sources[0].missing).toEqual(["2026-11-17"]);
  expect(out + complaints).toMatch(/2026-11-17/);
});

test("a truncated gzip makes the artefact incomplete, and says which object", async () => {
  const archive = await archiveCopy();
  const files = [
    ...(await filesOfDay(archive, "2026-11-16")),
    ...(await filesOfDay(archive, "2026-11-17")),
  ];
  const packed = files.find((file) => file.endsWith(".gz"));
  if (packed === undefined) throw new Error("the archive has a gzip file in the window");
  await truncate(packed, 2000);
  const { exit, out, complaints, manifest } = await diveInto(archive);
  expect(exit).toBe(1);
  expect(manifest.complete).toBe(false);
  expect(manifest.sources[0].broken).toHaveLength(1);
  expect(out + complaints).toMatch(/incomplete/i);
});

test("a refused write is listed with its reason and ends the plan of its request", async () => {
  await fileRequest(life);
  const url = life.stage.sandbox.url;
  await fetch(`${url}/-/sandbox/faults`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({
      match: { method: "POST", path: "/repository/commits" },
      kind: "status",
      status: 403,
      body: { message: "403 Forbidden" },
      when: "before",
      times: null,
    }),
  });
  const refused = await life.run(["routing", "status-update"]);
  expect(refused.exit).toBe(1);
  expect(refused.failures).toHaveLength(1);
  expect(refused.failures[0]).toMatchObject({ item: "IR-2026-0001" });
  expect(refused.failures[0]?.error).toMatch(/403/);
  expect(refused.writes).toHaveLength(1);
  expect(refused.complaints).toMatch(/1 failed/);
  await fetch(`${url}/-/sandbox/faults`, { method: "DELETE" });
  const next = await life.run(["routing", "status-update"]);
  expect([next.exit, next.failures]).toEqual([0, []]);
  expect(await life.person("mira").get(`${API}/merge_requests`)).toHaveLength(1);
});

test("an unreachable GitLab is one clear message, and nothing is done", async () => {
  const env = { ...life.stage.environment, GITLAB_URL: "http://127.0.0.1:59999" };
  await expect(call(run, {}, ["status-update"], env)).rejects.toThrow(
    /127\.0\.0\.1:59999 could not be read.*nothing was done/,
  );
});

test("a wrong token is one clear message that does not show it", async () => {
  const env = { ...life.stage.environment, SECLOG_TOKEN: "glpat-CANARYTOKEN0000000" };
  const refused = call(run, {}, ["status-update"], env);
  await expect(refused).rejects.toThrow(/401/);
  await expect(refused).rejects.not.toThrow(/CANARY/);
});

test("a run without address, project and token names all three", async () => {
  const { exit, complaints } = await call(run, {}, ["status-update"]);
  expect(exit).toBe(2);
  expect(complaints).toMatch(/GITLAB_URL[\s\S]*SECLOG_PROJECT[\s\S]*SECLOG_TOKEN/);
});

test("without a marker key a run goes on and says so; one that signs nothing does not ask", async () => {
  const env = { ...life.stage.environment, SECLOG_MARKER_KEY: "" };
  expect(await call(run, {}, ["status-update"], env)).toMatchObject({
    exit: 0,
    complaints: expect.stringContaining("SECLOG_MARKER_KEY is not set"),
  });
  expect(await call(run, {}, ["incoming-requests"], env)).toMatchObject({
    exit: 0,
    complaints: expect.not.stringContaining("SECLOG_MARKER_KEY"),
  });
});

test.each([
  [["fly"], /there is no job "fly"/],
  [[], /name a job/],
])("jobs %j: %s", async (jobs, message) => {
  const { exit, complaints } = await call(run, {}, jobs);
  expect(exit).toBe(2);
  expect(complaints).toMatch(message);
});

test.each([
  [["nonsense"], 2],
  [[], 2],
  [["--help"], 0],
  [["check", "--no-such-option"], 2],
  [["quote", "--help"], 0],
])("seclog %j exits %i", async (argv, exit) => {
  expect(await main(argv, (name) => import(`../scripts/commands/${name}.ts`))).toBe(exit);
});
