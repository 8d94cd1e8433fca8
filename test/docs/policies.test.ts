// The example of docs/policies.md, executed: its change loads, its cases hold, and it does what the page says.
import { execFileSync } from "node:child_process";
import { cp, mkdtemp, readFile, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { sha256 } from "../../scripts/adapters/digest.ts";
import { loadPolicies } from "../../scripts/adapters/policy-folder.ts";
import { POLICY_FOLDER } from "../../scripts/adapters/policy-path.ts";
import { canonicalJson } from "../../scripts/domain/canonical-json.ts";
import { decideRequest, situationOf } from "../../scripts/domain/information-request/decision.ts";
import { DecisionInput } from "../../scripts/domain/information-request/situation.ts";
import { impactOf } from "../../scripts/domain/policy/impact.ts";
import { POLICY_SCHEMAS } from "../../scripts/domain/policy/policies.ts";
import { overlay } from "../../scripts/domain/policy/rule-cases.ts";
import { loadPolicySet } from "../policy-set.ts";
import { readDocument } from "./markdown-files.ts";

const block = (name: string): string => {
  const found = new RegExp(`^\`\`\`yaml ${name}\\n([^]*?)^\`\`\``, "m");
  return found.exec(readDocument("docs/policies.md"))?.[1] ?? expect.fail(`no block ${name}`);
};
const indented = (text: string, by: number): string => text.replace(/^(?=.)/gm, " ".repeat(by));

/** The shipped policies with the example written into them, as a person would. */
async function changedFolder(): Promise<string> {
  const folder = join(await mkdtemp(join(tmpdir(), "seclog-policies-")), "policies");
  await cp(POLICY_FOLDER, folder, { recursive: true });
  const file = join(folder, "routing.yaml");
  const cases = parse(block("cases"));
  const [passes, fails] = [cases.passes, cases.fails].map((list: object[]) =>
    list.map((one) => indented(`- ${JSON.stringify(one)}\n`, 8)).join(""),
  );
  const text = await readFile(file, "utf8");
  const changed = text
    .replace(/^ {2}fast_window: .*\n/m, indented(block("limit"), 2))
    .replace(/^ {6}passes:\n/m, (found) => found + passes)
    .replace(/^ {6}fails:\n/m, (found) => found + fails);
  await writeFile(file, changed);
  return folder;
}

const { baseline } = (await loadPolicySet()).eligibility;
const filedOn = (day: string, tenDaysBefore: string): DecisionInput =>
  DecisionInput.parse(
    overlay(baseline, {
      now: `${day}T12:00:00Z`,
      request: { window: { from: `${tenDaysBefore}T12:00:00Z`, to: `${day}T00:00:00Z` } },
    }),
  );

test("the example of a dated limit gives the same request two lanes, by its day of filing", async () => {
  const [before, after] = [
    await loadPolicies(POLICY_FOLDER),
    await loadPolicies(await changedFolder()),
  ];
  const [november, december] = [
    filedOn("2026-11-30", "2026-11-20"),
    filedOn("2026-12-01", "2026-11-21"),
  ];
  const judged = (input: DecisionInput) => decideRequest({ ...input, policies: after });
  expect(judged(november)).toMatchObject({ route: "sirt", policy: { version: "2000-01-01" } });
  expect(judged(december)).toMatchObject({ route: "support", policy: { version: "2026-12-01" } });
  const past = [{ name: "november", ...situationOf(november) }];
  const { flips, newest } = impactOf(past, before, after);
  expect(flips).toEqual([]);
  expect(newest?.flips).toMatchObject([{ name: "november", to: { route: "support" } }]);
});

test("the digest in a verdict is the one that anyone computes from the files", async () => {
  const files = await Promise.all(
    Object.keys(POLICY_SCHEMAS).map(async (name) => [
      name,
      parse(await readFile(join(POLICY_FOLDER, `${name}.yaml`), "utf8")),
    ]),
  );
  const { policy } = decideRequest({
    ...filedOn("2026-11-30", "2026-11-20"),
    policies: await loadPolicies(POLICY_FOLDER),
  });
  expect(policy.sha256).toBe(sha256(canonicalJson(Object.fromEntries(files))));
});

test("the steps are ten lines", () => {
  const steps = readDocument("docs/policies.md").match(/^\d+\. /gm);
  expect(steps).toHaveLength(10);
});

test("the digest that anyone computes from the files is the one in a verdict", async () => {
  const script = /^```js digest\n([\s\S]*?)^```/m.exec(readDocument("docs/policies.md"))?.[1] ?? "";
  const computed = execFileSync(process.execPath, ["--input-type=module", "-e", script], {
    encoding: "utf8",
  });
  expect(computed.trim()).toBe((await loadPolicies(POLICY_FOLDER)).sha256);
});
