// Rows as GitLab writes them, all of one request: about 760 bytes each, no two alike, nothing foreign in them.
import type { LogProfile } from "../../scripts/domain/log-profile.ts";
import type { Dice } from "./dice.ts";

export type Row = Record<string, unknown>;

const CROCKFORD = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const HEX = "0123456789abcdef";
const AGENTS = [
  "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:76.0) Gecko/20100101 Firefox/121.0",
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/119.0.0.0 Safari/537.36",
  "git/2.43.0",
  "curl/8.4.0",
  "GitLab-Runner 16.6.0 (16-6-stable; go1.20.10; linux/amd64)",
  "python-requests/2.31.0",
] as const;
const PATHS = [
  "/acme-corp/payments/api/-/settings/ci_cd",
  "/acme-corp/payments/api/-/issues/17?assignee=1",
  "/acme-corp/payments/api.git/info/refs?service=git-upload-pack",
  "/api/v4/projects/9001/deploy_keys?per_page=20",
  "/api/v4/projects/acme-corp%2Fpayments%2Fapi/hooks/4",
  "/acme-corp/payments/api/-/merge_requests/5/diffs",
] as const;
const CALLERS = [
  "Projects::DeployKeysController#create",
  "Projects::IssuesController#show",
  "GET /api/:version/projects/:id/deploy_keys",
  "Projects::ImportExport::RelationExportWorker",
] as const;
const EVENTS = ["deploy_key_added", "project_access_token_created", "member_added"] as const;

/** What Rails, Sidekiq and gRPC add to a line of theirs and the customer never sees. */
function counters(dice: Dice): Row {
  const seconds = (): number => dice.below(2_000_000) / 1_000_000;
  return {
    db_count: dice.below(90),
    db_duration_s: seconds(),
    redis_calls: dice.below(200),
    redis_read_bytes: dice.below(2_000_000),
    gitaly_calls: dice.below(16),
    cpu_s: seconds(),
    mem_bytes: dice.below(40_000_000),
    pid: 1000 + dice.below(60_000),
    worker_id: `puma_${dice.below(8)}`,
    duration_s: seconds(),
  };
}

/** A moment of 16 November 2026, inside the window of the shared scope. */
function timeOf(dice: Dice): string {
  const two = (end: number): string => String(dice.below(end)).padStart(2, "0");
  return `2026-11-16T${two(24)}:${two(60)}:${two(60)}.${two(10)}${dice.below(10)}Z`;
}

const addressOf = (dice: Dice): string => `198.51.100.${1 + dice.below(250)}`;

/** The profile's own sample with other numbers, and what a shipper adds. */
export function rowOf(profile: LogProfile, dice: Dice): Row {
  const address = addressOf(dice);
  const varied: Row = {
    time: timeOf(dice),
    correlation_id: `01H${dice.text(CROCKFORD, 23)}`,
    "meta.project": "acme-corp/payments/api",
    "meta.root_namespace": "acme-corp",
    "meta.caller_id": dice.of(CALLERS),
    event_type: dice.of(EVENTS),
    ...counters(dice),
  };
  const own: Row = { ...profile.sample, ...varied };
  const change = (field: string, value: unknown): void => {
    if (Object.hasOwn(own, field)) own[field] = value;
  };
  change("remote_ip", `${address}, 127.0.0.1`);
  change("meta.remote_ip", address);
  change("remote_addr", `${address}:${1024 + dice.below(60_000)}`);
  change("ua", dice.of(AGENTS));
  change("user_agent", dice.of(AGENTS));
  change("path", dice.of(PATHS));
  change("uri", dice.of(PATHS));
  change("status", dice.of([200, 201, 302, 404]));
  change("target_type", dice.of(["User", "Project", "DeployKey"]));
  change("jid", dice.text(HEX, 24));
  change("token_id", dice.below(90_000));
  change("details.ip_address", address);
  for (const name of Object.keys(varied)) {
    if (!profile.fields.has(name) && name.startsWith("meta.")) delete own[name];
  }
  return own;
}
