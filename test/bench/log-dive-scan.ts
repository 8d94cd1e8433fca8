/** One measured pass of the product over one archive, in a process of its own: `node --import tsx log-dive-scan.ts FOLDER NEEDLE DAYS`. */
import { createHash } from "node:crypto";
import { loadLogProfiles } from "../../scripts/adapters/log-profiles.ts";
import { openLogStore } from "../../scripts/adapters/log-stores/store-url.ts";
import { POLICY_FOLDER } from "../../scripts/adapters/policy-path.ts";
import { judgeLine } from "../../scripts/domain/information-request/log-dive.ts";
import { type Needle, needleScope } from "./log-dive-corpus.ts";

const [folder = "", needle = "mid", days = "30"] = process.argv.slice(2);
const scope = needleScope(needle as Needle, Number(days));
const all = await loadLogProfiles(POLICY_FOLDER);
const profiles = scope.log_sources.flatMap((source) => all.get(source) ?? []);
const started = performance.now();
const used = process.cpuUsage();
const store = await openLogStore(`file:${folder}`);
const plan = await store.plan(scope, profiles);
const found: string[] = [];
let [scanned, candidates, broken] = [0, 0, 0];
for (const partition of plan.partitions) {
  const profile = all.get(partition.source);
  if (profile === undefined) continue;
  const pull = store.pull(partition, scope, profile, new AbortController().signal);
  let step = await pull.next();
  for (; step.done !== true; step = await pull.next()) {
    candidates += 1;
    if (judgeLine(step.value.bytes, profile, scope).verdict !== "matched") continue;
    const line = Buffer.from(step.value.bytes).toString();
    found.push(/"correlation_id":"([^"]+)"/.exec(line)?.[1] ?? line);
  }
  scanned += step.value.scanned;
  broken += Number(step.value.broken !== null);
}
const seconds = (performance.now() - started) / 1000;
const { user, system } = process.cpuUsage(used);
const cpu = (user + system) / 1e6;
const digest = createHash("sha256").update(found.sort().join("\n")).digest("hex").slice(0, 12);
process.stdout.write(
  `${JSON.stringify({ seconds, cpu, rows: found.length, digest, scanned, candidates, broken })}\n`,
);
