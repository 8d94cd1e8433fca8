import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadPolicies, readPolicies } from "../../scripts/adapters/policy-folder.ts";
import { POLICY_FOLDER } from "../../scripts/adapters/policy-path.ts";
import { formatFault } from "../../scripts/domain/fault.ts";

/** A copy of the shipped policies, with some files changed. */
async function folder(changes: Record<string, (text: string) => string | null>): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), "seclog-policies-"));
  await cp(POLICY_FOLDER, copy, { recursive: true });
  for (const [name, change] of Object.entries(changes)) {
    const file = join(copy, `${name}.yaml`);
    const text = change(await readFile(file, "utf8"));
    if (text === null) await rm(file);
    else await writeFile(file, text);
  }
  return copy;
}
const faultsOf = async (changes: Parameters<typeof folder>[0]) => {
  const directory = await folder(changes);
  const result = await readPolicies(directory);
  return result.ok
    ? []
    : result.errors.map((fault) => formatFault(fault).replace(`${directory}/`, ""));
};

test("the shipped policies load, with the same digest every time", async () => {
  const [one, two] = [await loadPolicies(POLICY_FOLDER), await loadPolicies(await folder({}))];
  expect(one.sha256).toBe(two.sha256);
});

test("a comment changes no digest, a limit does", async () => {
  const digest = async (change: (text: string) => string) =>
    (await loadPolicies(await folder({ review: change }))).sha256;
  const same = await digest((text) => `# more\n${text}`);
  expect(same).toBe((await loadPolicies(POLICY_FOLDER)).sha256);
  expect(await digest((text) => text.replace("P14D", "P13D"))).not.toBe(same);
});

test("lists every fault of every file with its place", async () => {
  const faults = await faultsOf({
    review: (text) => text.replace("inherited_members: false", "inherited_member: false"),
    teams: (text) => text.replace("support: null", "support: support"),
    gap: () => null,
  });
  expect(faults).toEqual([
    expect.stringMatching(/^review\.yaml:\d+:\d+ inherited_members is missing$/),
    expect.stringMatching(
      /^review\.yaml:\d+:\d+ inherited_member is not a known key; did you mean inherited_members\?$/,
    ),
    expect.stringMatching(/^teams\.yaml:\d+:\d+ mentions\.support must be a mention/),
    expect.stringMatching(/^gap\.yaml:1:1 cannot be read: ENOENT/),
  ]);
});

test("points at the rule that does not compile, and at the case that comes out otherwise", async () => {
  const [compile] = await faultsOf({
    routing: (text) => text.replace('"!request.complex"', '"!request.komplex"'),
  });
  expect(compile).toMatch(/^routing\.yaml:\d+:\d+ rules\[1\]\.require No such key: komplex/);
  const [outcome] = await faultsOf({ routing: (text) => text.replace("value: P7D", "value: P6D") });
  expect(outcome).toMatch(
    /^routing\.yaml:\d+:\d+ rules\[0\]\.cases\.passes\[0\] must make outside_fast_window pass/,
  );
});

test("a rule without a failing case is not loaded", async () => {
  const [fault] = await faultsOf({
    routing: (text) =>
      text.replace("fails: [{ given: { request: { complex: true } } }]", "fails: []"),
  });
  expect(fault).toContain("rules[1].cases.fails needs a case that fails the rule");
});

test("loading faulty policies stops with every fault in the message", async () => {
  const directory = await folder({ gap: () => null, labels: () => null });
  await expect(loadPolicies(directory)).rejects.toThrow(
    /the policies have faults:\n.*labels\.yaml.*\n.*gap\.yaml/s,
  );
});
