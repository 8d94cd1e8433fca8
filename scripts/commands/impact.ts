// `seclog impact`: which verdicts on past requests a change of the policies flips, and what it does to the load of each team.
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { type GitClone, openClone } from "../adapters/git.ts";
import { readPolicies } from "../adapters/policy-folder.ts";
import { POLICY_FOLDER } from "../adapters/policy-path.ts";
import { type Fault, formatFault } from "../domain/fault.ts";
import { CUSTODY_BRANCH } from "../domain/information-request/custody.ts";
import { newestCases } from "../domain/information-request/past-case.ts";
import { flipText, type Impact, impactOf, type Past, TEAMS } from "../domain/policy/impact.ts";
import type { Policies, PoliciesReading } from "../domain/policy/policies.ts";
import { readPastRequests } from "../past-requests.ts";
import { type Command, EXIT, type Terminal } from "./command.ts";

export const command: Command = {
  name: "impact",
  usage: "[--base REF] [--head REF] [--facts DIR|FILE] [--policies DIR]",
  help: `
Judges every past request by the policies of the working tree and by those of REF in git (without --base, the commit
at which the branch left the default branch), and lists each verdict and lane that differs. --head REF takes a
commit's policies in place of the working tree's; nothing is checked out and nothing of them is run.

Past requests come from the branch ${CUSTODY_BRANCH}, where job eligibility keeps them without names and texts, or from
--facts: a file of JSON lines {name, now, request, facts, issue?} as check --batch reads, or a folder of such files.
A request is judged by the limits of the day on which it was filed. Where a limit changes later than that, a second
list shows what would flip if all were filed under the newest limits.

Policies whose rules run are tried even where a case beside a rule now says otherwise; such faults are listed.

Exit codes: 0 done, 1 a past request could not be read, 2 policies, REF or files that cannot be read.
Example: seclog impact --base main`,
  options: {
    base: { type: "string" },
    head: { type: "string" },
    facts: { type: "string" },
    policies: { type: "string" },
  },
  run: async (terminal, values, positionals) => {
    const text = (name: string): string | undefined =>
      typeof values[name] === "string" ? values[name] : undefined;
    if (positionals.length > 0) {
      terminal.complain(`usage: seclog impact ${command.usage}\n`);
      return EXIT.badInput;
    }
    try {
      const folder = text("policies") ?? POLICY_FOLDER;
      const clone = await openClone(folder, terminal.env);
      const base = await baseOf(clone, text("base"));
      const head = text("head");
      const [before, after] = await Promise.all([
        policiesAt(clone, base),
        head === undefined ? policiesIn(folder) : policiesAt(clone, head),
      ]);
      const past = await pastRequests(clone, text("facts"));
      const impact = impactOf(past.requests, before.policies, after.policies);
      const { unreadable } = past;
      const { faults } = after;
      if (values["json"] === true) {
        const digests = {
          base: { ref: base, sha256: before.policies.sha256 },
          head: { sha256: after.policies.sha256 },
        };
        terminal.write(`${JSON.stringify({ ...digests, ...impact, unreadable, faults })}\n`);
      } else printImpact(terminal, impact, unreadable, faults);
      return unreadable.length > 0 ? EXIT.failed : EXIT.done;
    } catch (error) {
      const reason = error instanceof Error ? error.message : "unknown fault";
      terminal.complain(`seclog impact: ${reason}\n`);
      return EXIT.badInput;
    }
  },
};

/** Branches that a branch may have left, the first that there is. */
const DEFAULT_BRANCHES = ["origin/HEAD", "origin/main", "main", "master"];

async function baseOf(clone: GitClone, given: string | undefined): Promise<string> {
  if (given !== undefined) return given;
  const head = await clone.commit("HEAD");
  for (const name of head === null ? [] : DEFAULT_BRANCHES) {
    const branch = await clone.commit(name);
    const base = branch === null ? null : await clone.mergeBase(String(head), branch);
    if (base !== null) return base;
  }
  throw new Error("no default branch is here to compare with; name a commit with --base REF");
}

/** Policies that run. Cases beside the rules may still say otherwise: a preview is what one changes them by. */
type Previewed = { readonly policies: Policies; readonly faults: readonly Fault[] };

async function policiesAt(clone: GitClone, revision: string): Promise<Previewed> {
  const commit = await clone.commit(revision);
  if (commit === null)
    throw new Error(
      `${JSON.stringify(revision)} names no commit of this clone; fetch it first (git fetch origin)`,
    );
  const folder = (await clone.prefix()).replace(/\/$/, "");
  return previewed(
    await readPolicies(folder, async (file) => {
      const bytes = await clone.file(commit, file);
      if (bytes === null) throw new Error(`commit ${commit.slice(0, 12)} does not have it`);
      return bytes;
    }),
    `the policies of ${revision}`,
  );
}

const policiesIn = async (folder: string): Promise<Previewed> =>
  previewed(await readPolicies(folder), "the policies");

function previewed(result: PoliciesReading, what: string): Previewed {
  if (result.ok) return { policies: result.policies, faults: [] };
  const { untested, errors } = result;
  if (untested !== undefined) return { policies: untested, faults: errors };
  throw new Error(`${what} have faults:\n${errors.map(formatFault).join("\n")}`);
}

async function pastRequests(clone: GitClone, path: string | undefined): Promise<Past> {
  return readPastRequests(
    path === undefined ? await filesOfCustody(clone) : await filesOnDisk(path),
  );
}

async function filesOfCustody(clone: GitClone): Promise<ReadonlyMap<string, string>> {
  const commits = [...(await clone.branch(CUSTODY_BRANCH)).values()];
  const [commit] = commits;
  if (commit === undefined)
    throw new Error(
      `there is no branch ${CUSTODY_BRANCH} in this clone, where past requests are kept; fetch it (git fetch origin ${CUSTODY_BRANCH}:${CUSTODY_BRANCH}), or name them with --facts`,
    );
  const files = await clone.filesBelow(commit, "information-request/");
  const decoder = new TextDecoder();
  return new Map(
    newestCases([...files.keys()]).map((path) => [path, decoder.decode(files.get(path))]),
  );
}

async function filesOnDisk(path: string): Promise<ReadonlyMap<string, string>> {
  if (!(await stat(path)).isDirectory()) return new Map([[path, await readFile(path, "utf8")]]);
  const names = await readdir(path, { recursive: true });
  const paths = names.filter((name) => /\.jsonl?$/.test(name)).sort();
  const texts = await Promise.all(paths.map((name) => readFile(join(path, name), "utf8")));
  return new Map(paths.map((name, at) => [name, texts[at] ?? ""]));
}

const SHOWN_FLIPS = 50;

function printImpact(
  terminal: Terminal,
  impact: Impact,
  unreadable: Past["unreadable"],
  faults: readonly Fault[],
): void {
  const { requests, newest, ...asFiled } = impact;
  terminal.write(
    replayText(`${requests} past requests, each by the limits of its day of filing`, asFiled),
  );
  if (newest !== null)
    terminal.write(
      `\n${replayText("The same requests, if all were filed under the newest limits", newest)}`,
    );
  if (faults.length > 0)
    terminal.complain(
      `The changed policies have faults that validate refuses:\n${faults.map(formatFault).join("\n")}\n`,
    );
  for (const { name, message } of unreadable)
    terminal.complain(`${name} could not be read: ${message}\n`);
}

function replayText(title: string, { flips, load }: Omit<Impact, "requests" | "newest">): string {
  const kinds = new Map<string, number>();
  for (const flip of flips) kinds.set(flipText(flip), (kinds.get(flipText(flip)) ?? 0) + 1);
  const teams = TEAMS.filter((team) => load.base[team] !== load.head[team]).map(
    (team) => `  ${team.padEnd(10)} ${load.base[team]} → ${load.head[team]}`,
  );
  const more = flips.length - SHOWN_FLIPS;
  return [
    `${title}: ${flips.length} flip.`,
    ...[...kinds].map(([kind, count]) => `  ${count} × ${kind}`),
    ...(teams.length > 0 ? ["Load:", ...teams] : []),
    ...flips.slice(0, SHOWN_FLIPS).map((flip) => `  ${flip.name}  ${flipText(flip)}`),
    ...(more > 0 ? [`  and ${more} more (--json lists all)`] : []),
    "",
  ].join("\n");
}
