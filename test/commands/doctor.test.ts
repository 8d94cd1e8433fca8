import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { newIdentity } from "../../scripts/adapters/artefact/seal.ts";
import { ADVICE, DANGEROUS, UNSAFE } from "../broken-installations.ts";
import { type Installed, installSoundly, NOW } from "../sound-installation.ts";

let installed: Installed;
beforeAll(async () => {
  installed = await installSoundly();
});
afterEach(() => installed.mend());
afterAll(() => installed.stage.close());

const ids = async (): Promise<readonly string[]> =>
  (await installed.doctor()).findings.map(({ id }) => id);

test("a sound installation has no finding, and looking at it writes nothing", async () => {
  const { state } = installed.stage.sandbox;
  const before = state.writes.length;
  expect(await installed.doctor()).toEqual({ exit: 0, findings: [] });
  expect(state.writes.slice(before)).toEqual([]);
});

test("the sandbox as it starts needs advice at most", () => {
  const { findings, exit } = installed.asItStarts;
  expect([exit, findings.filter(({ severity }) => severity !== "advice")]).toEqual([0, []]);
});

describe("one broken setting is found by name, and nothing else is", () => {
  test.each([
    ...DANGEROUS.map(([id, spoil]) => [id, "dangerous", 1, spoil] as const),
    ...UNSAFE.map(([id, spoil]) => [id, "unsafe", 1, spoil] as const),
    ...ADVICE.map(([id, spoil]) => [id, "advice", 0, spoil] as const),
  ])("%s", async (id, severity, exit, spoil) => {
    await spoil(installed);
    const examined = await installed.doctor();
    expect(examined.findings.map((one) => [one.id, one.severity])).toEqual([[id, severity]]);
    expect(examined.exit).toBe(exit);
    const said = JSON.stringify(examined);
    const { tokens } = installed.stage.sandbox.state;
    for (const { value } of tokens) expect(said).not.toContain(value);
    expect(said).not.toMatch(/value-of-|token=/);
    for (const { wrong, fix } of examined.findings) {
      expect(wrong).toMatch(/^[A-Z].*\.$/s);
      expect(fix).toMatch(/^[A-Z].*\.$/s);
    }
  });
});

test("the clock of GitLab is compared with ours", async () => {
  installed.stage.sandbox.state.setClock("2026-11-20T09:01:00Z");
  expect(await ids()).toEqual([]);
  installed.stage.sandbox.state.setClock("2026-11-20T09:01:01Z");
  const { findings } = await installed.doctor();
  expect(findings.map(({ id, wrong }) => [id, wrong])).toEqual([
    ["clock-differs", "The clock here and the clock of GitLab are 61 seconds apart."],
  ]);
  installed.stage.sandbox.state.setClock(NOW);
});

test("an artefact key that nothing is sealed for is named, and its secret is not", async () => {
  const { identity } = await newIdentity();
  const { findings } = await installed.doctor({ SECLOG_ARTEFACT_KEY: identity });
  expect(findings.map(({ id }) => id)).toEqual(["artefact-key-foreign"]);
  expect(JSON.stringify(findings)).not.toContain(identity);
});

test("on Free there are no approval rules, which is advice", async () => {
  const top = installed.stage.sandbox.state.group("sec");
  Object.assign(top ?? {}, { plan: "free" });
  expect(await ids()).toEqual(["approval-rules-absent"]);
});

test.each([
  ["a token that was revoked", { SECLOG_TOKEN: "glpat-revoked" }, "unreadable-account"],
  ["a project that is not there", { SECLOG_PROJECT: "sec/nowhere" }, "unreadable-tracker"],
])("%s is one finding, not one for each setting", async (_name, env, id) => {
  const { findings, exit } = await installed.doctor(env);
  expect(findings.map((one) => [one.id, one.severity])).toEqual([[id, "dangerous"]]);
  expect(exit).toBe(1);
});

test("what the bot may not read is a finding for each, never in order", async () => {
  await installed.call("root", "PUT", "/groups/sec/members/10", { access_level: 20 });
  const { findings, exit } = await installed.doctor();
  expect(exit).toBe(1);
  expect(findings.map(({ id, severity }) => `${severity} ${id}`)).toEqual([
    "dangerous unreadable-protections",
    "unsafe unreadable-variables",
    "unsafe unreadable-approvals",
    "unsafe unreadable-schedules",
    "unsafe unreadable-hooks",
    "unsafe unreadable-triggers",
    "unsafe unreadable-job-token-limited",
    "unsafe role-too-small",
  ]);
});
