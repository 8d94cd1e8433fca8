import { execFileSync } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { sha256 } from "../../scripts/adapters/digest.ts";
import { POLICY_FOLDER } from "../../scripts/adapters/policy-path.ts";
import { command } from "../../scripts/commands/impact.ts";
import { pastCaseOf, pastCasePath } from "../../scripts/domain/information-request/past-case.ts";
import { DecisionInput } from "../../scripts/domain/information-request/situation.ts";
import { overlay } from "../../scripts/domain/policy/rule-cases.ts";
import { loadPolicySet } from "../policy-set.ts";
import { testTerminal } from "../terminal.ts";

const { baseline } = (await loadPolicySet()).eligibility;
const clone = await mkdtemp(join(tmpdir(), "seclog-impact-"));
const policies = join(clone, "policies");
const facts = join(clone, "cases.jsonl");

const git = (...words: string[]): string =>
  execFileSync("git", ["-c", "user.name=t", "-c", "user.email=t@example.invalid", ...words], {
    cwd: clone,
    encoding: "utf8",
  }).trim();

const caseOf = (name: string, given: Record<string, unknown>): object => ({
  name,
  ...(overlay(baseline, given) as object),
});
const OLDER = { request: { window: { from: "2026-10-25T00:00:00Z" } } };

async function impact(values: Record<string, string | boolean>, ...positionals: string[]) {
  const terminal = { ...testTerminal(), env: process.env };
  const code = await command.run(terminal, { policies, json: true, ...values }, positionals);
  return { code, out: terminal.written(), complaints: terminal.complaints() };
}

const edit = async (file: string, from: string, to: string): Promise<void> => {
  const text = await readFile(join(policies, file), "utf8");
  expect(text).toContain(from);
  await writeFile(join(policies, file), text.replace(from, to));
};

beforeAll(async () => {
  await cp(POLICY_FOLDER, policies, { recursive: true });
  git("init", "--quiet", "--initial-branch", "main");
  git("add", "policies");
  git("commit", "--quiet", "-m", "Policies");
  const folder = join(clone, "information-request/2026");
  await mkdir(folder, { recursive: true });
  git("checkout", "--quiet", "--orphan", "custody");
  const issue = { participants: [{ username: "support-a", team_member: true }] };
  for (const [seq, given] of [{}, OLDER].entries()) {
    const kept = pastCaseOf(DecisionInput.parse(overlay(baseline, { ...given, issue })), sha256);
    await writeFile(join(clone, pastCasePath("IR-2026-0042", seq + 1)), JSON.stringify(kept));
  }
  await writeFile(join(folder, "IR-2026-0042.jsonl"), "{}\n");
  git("rm", "-r", "--quiet", "--cached", "policies");
  git("add", "information-request");
  git("commit", "--quiet", "-m", "Record verdict of IR-2026-0042");
  git("checkout", "--quiet", "--force", "main");
  git("checkout", "--quiet", "-b", "wider-window");
  await edit("routing.yaml", "value: P7D", "value: P1M");
  const lines = [caseOf("new", {}), caseOf("older", OLDER)];
  await writeFile(facts, lines.map((line) => `${JSON.stringify(line)}\n`).join(""));
});

test("the working tree is compared with the commit where its branch left main", async () => {
  const { code, out } = await impact({ facts });
  const { base, head, requests, flips, load, newest, faults } = JSON.parse(out);
  expect([code, requests, newest]).toEqual([0, 2, null]);
  expect(flips).toEqual([
    {
      name: "older",
      from: { verdict: "accept", route: "sirt", lane: "rows" },
      to: { verdict: "accept", route: "support", lane: "rows" },
      rules: ["route"],
    },
  ]);
  expect([load.base.support, load.head.support]).toEqual([1, 2]);
  expect(base.ref).toBe(git("rev-parse", "main"));
  expect(base.sha256).not.toBe(head.sha256);
  // The case beside the rule still expects seven days.
  expect(faults).toMatchObject([{ key: "rules[0].cases.fails[0]" }]);
});

test("without --facts the cases beside the custody logs are replayed, the last of each request", async () => {
  const { code, out } = await impact({ base: "main" });
  expect([code, JSON.parse(out)]).toMatchObject([
    0,
    { requests: 1, flips: [{ name: "IR-2026-0042" }] },
  ]);
});

test("for people: how many flip, of which kind, and what it does to the teams", async () => {
  const { out, complaints } = await impact({ base: "main", facts, json: false });
  expect(complaints).toContain("must make outside_fast_window fail, but it does pass");
  expect(out).toBe(`2 past requests, each by the limits of its day of filing: 1 flip.
  1 × accept, sirt → accept, support (route)
Load:
  support    1 → 2
  sirt       1 → 0
  older  accept, sirt → accept, support (route)
`);
});

test("--head compares two commits, whatever lies in the working tree", async () => {
  const { code, out } = await impact({ base: "main", head: "main", facts });
  expect([code, JSON.parse(out).flips]).toEqual([0, []]);
});

test("a folder of cases is read whole; what cannot be read is named and ends red", async () => {
  const folder = join(clone, "cases");
  await mkdir(join(folder, "2026"), { recursive: true });
  await writeFile(join(folder, "2026/a.json"), JSON.stringify(caseOf("a", OLDER)));
  await writeFile(join(folder, "b.jsonl"), `not json\n${JSON.stringify({ name: "c" })}\n`);
  const { code, out } = await impact({ base: "main", facts: folder });
  expect(code).toBe(1);
  expect(JSON.parse(out)).toMatchObject({
    requests: 1,
    unreadable: [
      { name: "b.jsonl:1", message: "is not JSON" },
      { name: "c", message: "now is missing" },
    ],
  });
  const text = await impact({ base: "main", facts: folder, json: false });
  expect(text.complaints).toContain("b.jsonl:1 could not be read: is not JSON\n");
});

test.each([
  ["a ref that is none", { base: "nowhere" }, '"nowhere" names no commit of this clone'],
  ["a ref that looks like an option", { base: "--help" }, '"--help" names no commit'],
  ["facts that are not there", { base: "main", facts: "/nowhere" }, "no such file"],
  ["a commit without policies", { base: "custody", facts }, "commit [0-9a-f]{12} does not have it"],
])("%s is told, with exit code 2", async (_, values, message) => {
  const { code, complaints } = await impact(values);
  expect(code).toBe(2);
  expect(complaints).toMatch(new RegExp(message, "i"));
});

test("policies with a fault are told with their place", async () => {
  const whole = await readFile(join(policies, "routing.yaml"), "utf8");
  await writeFile(join(policies, "routing.yaml"), whole.replace("otherwise:", "otherwize:"));
  const { code, complaints } = await impact({ base: "main", facts });
  await writeFile(join(policies, "routing.yaml"), whole);
  expect(code).toBe(2);
  expect(complaints).toMatch(
    /routing\.yaml:\d+:\d+ rules\[0\]\.otherwize is not a known key; did you mean otherwise\?/,
  );
});
