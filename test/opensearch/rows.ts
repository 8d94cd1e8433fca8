/** The rows that every log store of the tests holds: two tenants, two logs, three days; as lines of files and as documents. */
import type { Doc } from "./fake-engine.ts";

type Row = Readonly<Record<string, unknown>>;

const DAYS = ["2026-11-16", "2026-11-17", "2026-11-18"] as const;
const OWN = {
  "meta.project": "acme-corp/payments/api",
  "meta.project_id": 9001,
  "meta.root_namespace": "acme-corp",
  "meta.user": "acme-jdoe",
  "meta.user_id": 501,
};
const FOREIGN = {
  "meta.project": "other-co/shop",
  "meta.project_id": 7001,
  "meta.root_namespace": "other-co",
  "meta.user": "other-user",
  "meta.user_id": 701,
};
const EVENTS = ["deploy_key_added", "project_access_token_created", "unlisted_event"] as const;

/** @param count rows of one log on one day */
function rowsOf(source: "api" | "application", day: string, count: number): readonly Row[] {
  return Array.from({ length: count }, (_, at) => {
    const second = Math.floor((at * 86_399) / Math.max(1, count - 1));
    const clock = new Date(second * 1000).toISOString().slice(11, 19);
    return {
      time: `${day}T${clock}.${String(at % 1000).padStart(3, "0")}Z`,
      severity: "INFO",
      correlation_id: `${source}-${day}-${at}`,
      event_type: EVENTS[at % EVENTS.length],
      ...(at % 2 === 0 ? OWN : FOREIGN),
      ...(source === "api" ? { path: "/api/v4/projects/9001/deploy_keys", status: 200 } : {}),
      subcomponent: `${source}_json`,
    };
  });
}

/** Days by which files are named, and lines of them. */
export function archiveFiles(count: number): Record<string, string> {
  const files = DAYS.flatMap((day) =>
    (["api", "application"] as const).map((source): [string, string] => [
      `source=${source}/date=${day}/part-0.ndjson`,
      `${rowsOf(source, day, count)
        .map((row) => JSON.stringify(row))
        .join("\n")}\n`,
    ]),
  );
  return Object.fromEntries(files);
}

/** The same rows as a log collector indexes them, both logs in one index a day. */
export function documents(count: number): Doc[] {
  return DAYS.flatMap((day, number) =>
    (["api", "application"] as const).flatMap((source) =>
      rowsOf(source, day, count).map((row, at) => ({
        index: `pubsub-rails-inf-gprd-00000${number + 1}`,
        id: `${source}-${day}-${String(at).padStart(6, "0")}`,
        source: JSON.stringify({ json: nested(row) }),
      })),
    ),
  );
}

/** `meta.project` as `{meta: {project}}`, which is how some collectors send it. */
function nested(row: Row): Row {
  const meta = Object.entries(row).flatMap(([key, value]) =>
    key.startsWith("meta.") ? [[key.slice("meta.".length), value] as const] : [],
  );
  const others = Object.entries(row).filter(([key]) => !key.startsWith("meta."));
  return { ...Object.fromEntries(others), meta: Object.fromEntries(meta) };
}

export const MAPPING: Readonly<Record<string, string>> = {
  json: "object",
  "json.meta": "object",
  "json.time": "date",
  "json.subcomponent": "keyword",
  "json.event_type": "keyword",
  "json.severity": "keyword",
  "json.correlation_id": "keyword",
  "json.path": "keyword",
  "json.status": "long",
  "json.meta.project": "keyword",
  "json.meta.project_id": "long",
  "json.meta.root_namespace": "keyword",
  "json.meta.user": "keyword",
  "json.meta.user_id": "long",
};

export const WINDOW = { from: "2026-11-16T00:00:00Z", to: "2026-11-19T00:00:00Z" };
