/** Writes a log archive of several accounts with one readable incident in it: the same bytes for the same seed. */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { ACME, incidentOf, OTHERS, type Source } from "./log-archive-incident.ts";
import {
  apiRow,
  applicationRow,
  auditRow,
  type Deed,
  gitalyRow,
  productionRow,
  type Row,
  shellRow,
  sidekiqRow,
} from "./log-archive-rows.ts";

export type ArchiveOptions = {
  readonly seed: number;
  /** First UTC day, `YYYY-MM-DD`. */
  readonly from: string;
  readonly days: number;
  /** Lines of everyday traffic per source and day. */
  readonly linesPerDay: number;
  /** Lines that are no JSON any more, one in so many; 0 = none. */
  readonly tornOneIn: number;
};
export type WrittenArchive = {
  readonly files: number;
  readonly lines: number;
  /** What happened to the account acme-corp, in order. */
  readonly incident: readonly {
    readonly time: string;
    readonly source: string;
    readonly what: string;
  }[];
};

/** Ends on the day after the incident, so that a window over 16 and 17 November 2026 has its late day. */
export const DEMO_ARCHIVE: ArchiveOptions = {
  seed: 20261118,
  from: "2026-10-20",
  days: 30,
  linesPerDay: 300,
  tornOneIn: 4000,
};

/** Directory and file name of each source in the archive. */
const FILES = {
  application: "application_json.log",
  audit: "audit_json.log",
  api: "api_json.log",
  production: "production_json.log",
  gitaly: "gitaly_current.log",
  shell: "gitlab-shell.log",
  sidekiq: "sidekiq.log",
} as const;
/** Lays the archive out as `source=<s>/date=<day>/<GitLab's file name>[.gz]`, gzip and plain in turn. */
export async function writeArchive(
  directory: string,
  options: ArchiveOptions,
): Promise<WrittenArchive> {
  const dice = diceOf(options.seed);
  const days = Array.from({ length: options.days }, (_, at) => dayAfter(options.from, at));
  const sources = Object.keys(FILES) as Source[];
  const incident = incidentOf(days.at(-3) ?? options.from, days.at(-2) ?? options.from);
  let lines = 0;
  let late: readonly LateLine[] = [];
  for (const [at, day] of days.entries()) {
    const arrived = late;
    const held: LateLine[] = [];
    for (const [turn, source] of sources.entries()) {
      const [last, ...everyday] = everydayRows(source, day, options.linesPerDay, dice).reverse();
      const told = incident.flatMap(({ row, ...step }) =>
        step.source === source && String(row["time"]).startsWith(day) ? [row] : [],
      );
      const texts = [
        ...arrived.filter((each) => each.source === source).map(({ text }) => text),
        ...[...told, ...everyday]
          .sort(byTime)
          .map((row) => ({ row, text: written(row, dice) }))
          .flatMap(({ row, text }) =>
            told.includes(row) ? [text] : torn(text, options.tornOneIn, dice),
          ),
      ];
      if (last !== undefined) held.push({ source, text: written(last, dice) });
      const path = join(directory, `source=${source}`, `date=${day}`, FILES[source]);
      await writeLines(path, texts, (at + turn) % 2 === 0);
      lines += texts.length;
    }
    late = held;
  }
  return {
    files: days.length * sources.length,
    lines,
    incident: incident.map(({ source, what, row }) => ({
      time: String(row["time"]),
      source,
      what,
    })),
  };
}

/** The last line of a day, which reaches the archive a day late. */
type LateLine = { readonly source: Source; readonly text: string };

async function writeLines(path: string, lines: readonly string[], packed: boolean): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const text = `${lines.join("\n")}\n`;
  await writeFile(packed ? `${path}.gz` : path, packed ? gzipSync(text) : text);
}

/** Rails writes `<`, `>` and `&` as escapes; some shippers also escape the slash or other letters: all of it is the same JSON. */
function written(row: Row, dice: Dice): string {
  const text = JSON.stringify(row).replace(
    /[<>&]/g,
    (sign) => `\\u00${sign.charCodeAt(0).toString(16)}`,
  );
  const roll = dice();
  if (roll < 0.02) return text.replaceAll("/", "\\/");
  if (roll < 0.03) return text.replaceAll("acme", "\\u0061cme");
  return text;
}

/** A line whose end was lost, or which two writers wrote at once. */
function torn(line: string, oneIn: number, dice: Dice): readonly string[] {
  if (oneIn === 0 || dice() >= 1 / oneIn) return [line];
  const half = line.slice(0, Math.floor(line.length / 2));
  return dice() < 0.5 ? [half] : [half + line];
}

/** A request of one account that speaks of another: whoever searches for the text finds it, and it is not the account's. */
const MENTION = "/issues?search=acme-corp%2Fpayments%2Fapi";

/** In order of time. */
function everydayRows(source: Source, day: string, count: number, dice: Dice): Row[] {
  const rows = Array.from({ length: count }, () => {
    const tenant = dice() < 0.04 ? ACME : pick(OTHERS, dice);
    const deed: Deed = {
      tenant,
      project: pick(tenant.projects, dice),
      person: pick(tenant.people, dice),
      address: `198.51.100.${1 + Math.floor(dice() * 250)}`,
      time: `${day}T${clock(Math.floor(dice() * 86_400_000))}Z`,
      correlation: ulid(dice),
    };
    return everydayRow(source, deed, dice);
  });
  return rows.sort(byTime);
}

function everydayRow(source: Source, deed: Deed, dice: Dice): Row {
  switch (source) {
    case "application":
      return applicationRow(deed, null, `Updating statistics for project ${deed.project.id}`);
    case "audit":
      return auditRow(
        deed,
        pick(["project_description_updated", "merge_request_created"], dice),
        deed.project.path,
      );
    case "api":
      return apiRow(deed, "GET", dice() < 0.02 ? MENTION : "/issues", "/issues", 200);
    case "production":
      return productionRow(deed, "GET", "Projects::IssuesController", "index", "/-/issues", 200);
    case "gitaly":
      return gitalyRow(
        deed,
        pick(["FindCommit", "TreeEntry", "CommitStats"], dice),
        "CommitService",
      );
    case "shell":
      return shellRow(deed, pick(["git-upload-pack", "git-receive-pack"], dice));
    case "sidekiq":
      return sidekiqRow(deed, pick(["ProjectCacheWorker", "WebHookWorker", "PostReceive"], dice));
  }
}

const byTime = (left: Row, right: Row): number => {
  const [first, second] = [String(left["time"]), String(right["time"])];
  return first < second ? -1 : first > second ? 1 : 0;
};

function dayAfter(first: string, days: number): string {
  const start = Date.UTC(
    Number(first.slice(0, 4)),
    Number(first.slice(5, 7)) - 1,
    Number(first.slice(8)),
  );
  return new Date(start + days * 86_400_000).toISOString().slice(0, 10);
}

const clock = (milliseconds: number): string => new Date(milliseconds).toISOString().slice(11, 23);

/** Numbers in [0, 1) that follow from the seed (mulberry32). */
type Dice = () => number;

function diceOf(seed: number): Dice {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

function pick<T>(items: readonly T[], dice: Dice): T {
  const item = items[Math.floor(dice() * items.length)];
  if (item === undefined) throw new RangeError("nothing to pick from");
  return item;
}

const ulid = (dice: Dice): string =>
  `01J${Array.from({ length: 23 }, () => "0123456789ABCDEFGHJKMNPQRSTVWXYZ"[Math.floor(dice() * 32)]).join("")}`;
