// Measures decisions on requests, and the preview of a changed limit over 10,000 of them: `npm run bench:policies`.
import { execFileSync } from "node:child_process";
import { cpus } from "node:os";
import { sha256 } from "../../scripts/adapters/digest.ts";
import { loadPolicies } from "../../scripts/adapters/policy-folder.ts";
import { POLICY_FOLDER } from "../../scripts/adapters/policy-path.ts";
import { readCase } from "../../scripts/commands/check.ts";
import { decideRequest, situationOf } from "../../scripts/domain/information-request/decision.ts";
import { pastCaseOf } from "../../scripts/domain/information-request/past-case.ts";
import { impactOf, type PastRequest } from "../../scripts/domain/policy/impact.ts";
import { widerFastWindow } from "./changed-policies.ts";
import { pastInputs } from "./past-requests.ts";

const REQUESTS = 10_000;
const ROUNDS = 7;

/** The middle of several runs, in milliseconds; the first run only warms up. */
function measure(work: () => unknown): { readonly wall: number; readonly processor: number } {
  const runs = Array.from({ length: ROUNDS + 1 }, () => {
    const [wall, processor] = [performance.now(), process.cpuUsage().user];
    work();
    return {
      wall: performance.now() - wall,
      processor: (process.cpuUsage().user - processor) / 1000,
    };
  }).slice(1);
  const middle = (values: readonly number[]): number =>
    [...values].sort((a, b) => a - b)[Math.floor(ROUNDS / 2)] ?? 0;
  return {
    wall: middle(runs.map((run) => run.wall)),
    processor: middle(runs.map((run) => run.processor)),
  };
}

const policies = await loadPolicies(POLICY_FOLDER);
const wider = await widerFastWindow();
const inputs = pastInputs(REQUESTS);
const lines = inputs.map(({ input }) => JSON.stringify(pastCaseOf(input, sha256)));

const read = (line: string): PastRequest => {
  const value = JSON.parse(line);
  const one = readCase(value);
  if (!one.ok) throw new Error(JSON.stringify(one.errors));
  return { name: value.name, ...situationOf(one.value) };
};

const decisions = measure(() => {
  for (const { input } of inputs) decideRequest({ ...input, policies });
});
const requests = lines.map(read);
const replay = measure(() => impactOf(requests, policies, wider));
const whole = measure(() => impactOf(lines.map(read), policies, wider));
const { flips, load } = impactOf(requests, policies, wider);

const seconds = (milliseconds: number): string => (milliseconds / 1000).toFixed(2);
const rate = (milliseconds: number): string =>
  Math.round((REQUESTS / milliseconds) * 1000).toLocaleString("en");
const line = (what: string, { wall, processor }: ReturnType<typeof measure>): string =>
  `${what}: ${seconds(wall)} s (processor ${seconds(processor)} s), ${rate(wall)} requests a second`;
const commit = execFileSync("git", ["rev-parse", "--short", "HEAD"], { encoding: "utf8" }).trim();

process.stdout.write(
  `${[
    `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model.trim() ?? "?"}, commit ${commit}; the middle of ${ROUNDS} runs`,
    `one decision: ${((decisions.wall * 1000) / REQUESTS).toFixed(1)} µs (processor ${((decisions.processor * 1000) / REQUESTS).toFixed(1)} µs)`,
    line("fast window 7 days → 1 month, 10,000 requests judged by both", replay),
    line("the same with reading the cases from JSON lines", whole),
    `flips: ${flips.length}; Support ${load.base.support} → ${load.head.support}, SIRT ${load.base.sirt} → ${load.head.sirt}`,
    `digest of the list of flips: ${sha256(flips.map(({ name }) => name).join("\n")).slice(0, 16)}`,
  ].join("\n")}\n`,
);
