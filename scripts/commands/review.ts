// `seclog review`: the release gate on given facts, offline, by the code that the pipeline runs.
import { readFile } from "node:fs/promises";
import { loadPolicies } from "../adapters/policy-folder.ts";
import { POLICY_FOLDER } from "../adapters/policy-path.ts";
import { explainIssues } from "../domain/fault.ts";
import { evaluateRelease, type Release } from "../domain/information-request/review.ts";
import { ReviewCase } from "../domain/information-request/review-case.ts";
import type { ReviewPolicy } from "../domain/policy/review-policy.ts";
import { runBatch } from "./batch.ts";
import { type Command, EXIT } from "./command.ts";

/** Judges the facts of one merge request; facts that are not as they should be hold the release, with every fault. */
export function reviewCase(input: unknown, policy: ReviewPolicy): Release {
  const parsed = ReviewCase.safeParse(input);
  if (parsed.success) return evaluateRelease(parsed.data, policy);
  const reasons = explainIssues(ReviewCase, input, parsed.error.issues).map(
    ({ key, message, fix }) => `${key} ${message}${fix === undefined ? "" : `; ${fix}`}`,
  );
  return { verdict: "hold", reasons, roles: [] };
}

export const command: Command = {
  name: "review",
  usage: "--facts CASE.json | --batch FILE.jsonl",
  help: `
Says whether an artefact may be released: CASE.json holds what GitLab's API says of the merge request, the people,
the roles, the approvals and the digests (or {name, input} with these as input). Which teams have to approve stands
in policies/review.yaml. --json prints the answer as JSON. --batch reads {name, input} a line, and prints one answer
a line.

Exit codes: 0 release, 3 hold or not applicable, 2 a file that cannot be read.
Example: seclog review --facts case.json`,
  options: {
    facts: { type: "string" },
    policies: { type: "string" },
    batch: { type: "string" },
  },
  run: async (terminal, values, positionals) => {
    const { facts, batch } = values;
    const folder = typeof values["policies"] === "string" ? values["policies"] : POLICY_FOLDER;
    const { review } = await loadPolicies(folder);
    if (typeof batch === "string")
      return runBatch(terminal, batch, (line) => reviewCase(line["input"], review));
    if (typeof facts !== "string" || positionals.length > 0) {
      terminal.complain(`usage: seclog review ${command.usage}\n`);
      return EXIT.badInput;
    }
    let input: unknown;
    try {
      input = JSON.parse(await readFile(facts, "utf8"));
    } catch (error) {
      const reason = error instanceof Error ? error.message : "unknown fault";
      terminal.complain(`${facts} cannot be read: ${reason}\n`);
      return EXIT.badInput;
    }
    const release = reviewCase(unwrap(input), review);
    terminal.write(values["json"] === true ? `${JSON.stringify(release)}\n` : releaseText(release));
    return release.verdict === "release" ? EXIT.done : EXIT.gateClosed;
  },
};

/** A line of a batch file works as a case, too. */
const unwrap = (value: unknown): unknown =>
  typeof value === "object" && value !== null && "input" in value ? value.input : value;

const HEADLINE = {
  release: "Release: every role has approved this artefact.",
  hold: "Hold:",
  not_applicable: "Not applicable:",
} as const;

const releaseText = ({ verdict, reasons, roles }: Release): string =>
  `${[
    HEADLINE[verdict],
    ...reasons.map((reason) => `  ✗ ${reason}`),
    ...roles.flatMap(({ name, approved_by }) =>
      approved_by === null ? [] : [`  ✓ ${name}: approved by ${approved_by}`],
    ),
  ].join("\n")}\n`;
