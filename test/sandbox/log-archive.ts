/** Writes a log archive of several accounts with one readable incident in it: the same bytes for the same seed. */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import {
  apiRow,
  applicationRow,
  auditRow,
  type Deed,
  gitalyRow,
  type Person,
  type Project,
  productionRow,
  type Row,
  shellRow,
  sidekiqRow,
  type Tenant,
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

const person = (id: number, username: string, name: string): Person => ({ id, username, name });
const API: Project = { id: 9001, path: "acme-corp/payments/api" };
const JDOE = person(501, "acme-jdoe", "Jane Doe");
const INTRUDER = "203.0.113.66";

/** The customer of the incident. */
export const ACME: Tenant = {
  root: "acme-corp",
  rootId: 12345,
  projects: [
    API,
    { id: 9002, path: "acme-corp/payments/web" },
    { id: 9666, path: "acme-corp/legal/x" },
  ],
  people: [JDOE, person(502, "acme-mlopez", "Maria Lopez"), person(503, "acme-ci", "Acme CI")],
};
const OTHERS: readonly Tenant[] = [
  {
    root: "other-co",
    rootId: 8800,
    projects: [
      { id: 8892, path: "other-co/secret" },
      { id: 8893, path: "other-co/payments/api" },
    ],
    people: [person(777, "other-anna", "Anna Other"), person(778, "other-ben", "Ben Other")],
  },
  {
    root: "acme-corporation",
    rootId: 8900,
    projects: [{ id: 89001, path: "acme-corporation/payments/api" }],
    people: [person(5011, "acme-jdoe2", "Jane Doe")],
  },
  ...Array.from({ length: 12 }, (_, at) => ({
    root: `tenant-${at}`,
    rootId: 30_000 + at,
    projects: [
      { id: 31_000 + at, path: `tenant-${at}/app` },
      { id: 32_000 + at, path: `tenant-${at}/group/service` },
    ],
    people: [
      person(33_000 + at, `t${at}-dev`, `Dev ${at}`),
      person(34_000 + at, `t${at}-ops`, `Ops ${at}`),
    ],
  })),
];

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
type Source = keyof typeof FILES;

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
  let late: { readonly source: Source; readonly line: string }[] = [];
  for (const [at, day] of days.entries()) {
    const left = late;
    late = [];
    for (const [turn, source] of sources.entries()) {
      const everyday = everydayRows(source, day, options.linesPerDay, dice);
      const eventful = incident.filter(
        (step) => step.source === source && step.row["time"]?.toString().startsWith(day),
      );
      const rows = [...everyday, ...eventful.map((step) => step.row)].sort(byTime);
      const cut = rows.filter((_, index) => index === rows.length - 1);
      late.push(...cut.map((row) => ({ source, line: JSON.stringify(row) })));
      const texts = [
        ...left.filter((each) => each.source === source).map((each) => each.line),
        ...rows.slice(0, rows.length - cut.length).map((row) => written(row, dice)),
      ].flatMap((line) => torn(line, options.tornOneIn, dice));
      await writeLines(
        join(directory, `source=${source}`, `date=${day}`, FILES[source]),
        texts,
        (at + turn) % 2 === 0,
      );
      lines += texts.length;
    }
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

function everydayRows(source: Source, day: string, count: number, dice: Dice): Row[] {
  return Array.from({ length: count }, () => {
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
      return apiRow(deed, "GET", "/issues?search=acme-corp%2Fpayments%2Fapi", "/issues", 200);
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

type Step = { readonly source: Source; readonly what: string; readonly row: Row };

/** A leaked token: at night a stranger signs in with it, makes keys, lets people in and clones; the next day it is undone. */
function incidentOf(night: string, morning: string): readonly Step[] {
  const deed = (day: string, time: string, address: string, correlation: string): Deed => ({
    tenant: ACME,
    project: API,
    person: JDOE,
    address,
    time: `${day}T${time}Z`,
    correlation: `01J${correlation.padEnd(23, "0")}`,
  });
  const at = (time: string, name: string): Deed => deed(night, time, INTRUDER, name);
  const later = (time: string, name: string): Deed => deed(morning, time, INTRUDER, name);
  const undone = (time: string, name: string): Deed => deed(morning, time, "198.51.100.23", name);
  const both = (where: Deed, event: string, target: string, what: string): Step[] => [
    { source: "audit", what, row: auditRow(where, event, target) },
    { source: "application", what, row: applicationRow(where, event, what) },
  ];
  const clone = (where: Deed): Step[] => [
    { source: "shell", what: "clone over SSH", row: shellRow(where, "git-upload-pack") },
    {
      source: "gitaly",
      what: "clone over SSH",
      row: gitalyRow(where, "SSHUploadPackWithSidechannel", "SSHService"),
    },
  ];
  return [
    {
      source: "api",
      what: "token used from a new address",
      row: apiRow(at("21:40:07.112", "A"), "GET", "", "", 200),
    },
    ...both(
      at("21:52:31.404", "B"),
      "project_access_token_created",
      "deploy-helper",
      "project access token created",
    ),
    {
      source: "production",
      what: "deploy key page used",
      row: productionRow(
        at("22:05:10.020", "C"),
        "POST",
        "Projects::DeployKeysController",
        "create",
        "/-/deploy_keys",
        302,
      ),
    },
    ...both(at("22:05:10.051", "C"), "deploy_key_added", "key laptop", "deploy key added"),
    ...both(at("22:07:44.900", "D"), "member_added", "two people", "member added"),
    ...both(at("22:08:02.310", "E"), "member_added", "two people", "member added"),
    ...["02:10:00.000", "02:17:21.512", "02:31:09.077"].flatMap((time, index) =>
      clone(later(time, `F${index}`)),
    ),
    {
      source: "sidekiq",
      what: "project export",
      row: sidekiqRow(later("02:40:00.000", "G"), "RepositoryImportWorker"),
    },
    ...both(undone("09:02:55.640", "H"), "deploy_key_removed", "key laptop", "deploy key removed"),
    ...both(
      undone("09:05:12.004", "I"),
      "project_access_token_revoked",
      "deploy-helper",
      "project access token revoked",
    ),
  ];
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
