/** Counts instead of rows: how often, on which days, by how many; no personal data, and no count so small that it speaks of one person. */
import * as z from "zod";
import type { LogProfile } from "../log-profile.ts";
import { periodOn } from "../policy/dated.ts";
import { quoteInline } from "../untrusted-text.ts";
import type { CollectedRow } from "./artefact.ts";
import {
  type CountedPage,
  type CountedPages,
  countedJson,
  countedPage,
  type ShowCount,
} from "./counted-page.ts";
import type { GateFinding } from "./redaction-gate.ts";
import type { Released } from "./redaction-result.ts";
import type { Scope } from "./scope.ts";

const Day = z.iso.date();
/** A number, or words in its place: `fewer than 5`. */
const GuardedCount = z.union([z.int().nonnegative(), z.string().regex(/^fewer than \d+$/)]);
/** A sum, as far as every number in it is shown. */
const Total = z.union([
  z.int().nonnegative(),
  z.string().regex(/^(?:at least \d+|fewer than \d+|not shown)$/),
]);

/** `aggregate.json`. */
export const Aggregate = z.strictObject({
  apiVersion: z.literal("v1"),
  kind: z.literal("aggregate_answer"),
  request: z.string(),
  /** Half open, `[from, to)`. */
  window: z.strictObject({ from: z.string(), to: z.string() }),
  complete: z.boolean(),
  /** Counts below this are not shown. */
  smallest_count: z.int().min(2),
  /** First and last day (UTC) with an event; null = no events. */
  days: z.strictObject({ first: Day, last: Day }).nullable(),
  total: Total,
  events: z.array(
    z.strictObject({
      event: z.string(),
      total: Total,
      days: z.array(z.strictObject({ day: Day, count: GuardedCount })),
    }),
  ),
  /** Different users and addresses that the rows name; who they are is in no file. */
  users: GuardedCount,
  addresses: GuardedCount,
  /** Paths of the request's own projects in which events were found. */
  projects: z.array(z.string()),
});
export type Aggregate = z.infer<typeof Aggregate>;

/** What the rows add up to, exact: it never leaves. */
export type AggregateCounts = {
  /** Event → day → rows. */
  readonly events: ReadonlyMap<string, ReadonlyMap<string, number>>;
  readonly users: number;
  readonly addresses: number;
  readonly projects: readonly string[];
};
export type AggregateCounter = {
  readonly add: (row: Pick<CollectedRow, "source" | "event" | "time" | "released">) => void;
  readonly counts: () => AggregateCounts;
};

/**
 * Counts released rows in any order; remembers each different user and address by its pseudonym.
 * @param profiles by source, for every source of the rows
 */
export function aggregateCounter(profiles: ReadonlyMap<string, LogProfile>): AggregateCounter {
  const events = new Map<string, Map<string, number>>();
  const users = new Set<string>();
  const addresses = new Set<string>();
  const projects = new Set<string>();
  return {
    add: ({ source, event, time, released }) => {
      const profile = profiles.get(source) as LogProfile;
      const days = events.get(event) ?? new Map<string, number>();
      const day = time.slice(0, 10);
      events.set(event, days.set(day, (days.get(day) ?? 0) + 1));
      for (const user of usersOf(released, profile)) users.add(user);
      for (const [field, value] of Object.entries(released)) {
        const rule = profile.fields.get(field);
        if (rule?.rule === "address")
          for (const one of String(value).split(", ")) addresses.add(one);
        if (rule?.rule === "own" && rule.of === "project_path") projects.add(String(value));
      }
    },
    counts: () => ({
      events,
      users: users.size,
      addresses: addresses.size,
      projects: [...projects].sort(),
    }),
  };
}

/** By name, or by id where a row has no name: the two are not joined. */
function usersOf(released: Released, { identity }: LogProfile): readonly string[] {
  const at = (fields: readonly string[]): string[] =>
    fields.flatMap((field) => (released[field] === undefined ? [] : [`${released[field]}`]));
  const names = at(identity.user_name);
  return names.length > 0 ? names : at(identity.user_id);
}

/**
 * The smallest count that may be shown on a day, by the policy of these profiles.
 * @param day `YYYY-MM-DD` or an instant
 */
export const smallestCountOn = (day: string, profiles: Iterable<LogProfile>): number =>
  Math.max(
    2,
    ...[...profiles].map(
      ({ redaction }) => periodOn(redaction.smallest_count, day.slice(0, 10)).value,
    ),
  );

/**
 * The answer. Every number in it is at least `smallestCount`, or zero, and every total is a sum of numbers that are shown
 * beside it: nothing can be told from a difference.
 */
export function aggregateOf(
  { events, users, addresses, projects }: AggregateCounts,
  about: Pick<Aggregate, "request" | "window" | "complete">,
  smallestCount: number,
): Aggregate {
  const sorted = inOrder(events).map(([event, days]) => ({ event, days: inOrder(days) }));
  const all = sorted.flatMap(({ days }) => days.map(([, count]) => count));
  const days = sorted.flatMap((one) => one.days.map(([day]) => day)).sort();
  const [first, last] = [days[0], days.at(-1)];
  return {
    apiVersion: "v1",
    kind: "aggregate_answer",
    ...about,
    smallest_count: smallestCount,
    days: first === undefined || last === undefined ? null : { first, last },
    total: totalOf(all, smallestCount),
    events: sorted.map((one) => ({
      event: one.event,
      total: totalOf(
        one.days.map(([, count]) => count),
        smallestCount,
      ),
      days: one.days.map(([day, count]) => ({ day, count: guarded(count, smallestCount) })),
    })),
    users: guarded(users, smallestCount),
    addresses: guarded(addresses, smallestCount),
    projects: [...projects],
  };
}

const inOrder = <T>(entries: ReadonlyMap<string, T>): [string, T][] =>
  [...entries].sort(([left], [right]) => (left < right ? -1 : 1));

const guarded = (count: number, smallest: number): number | string =>
  count > 0 && count < smallest ? `fewer than ${smallest}` : count;

function totalOf(counts: readonly number[], smallest: number): number | string {
  const shown = counts.filter((count) => count >= smallest);
  const sum = shown.reduce((all, count) => all + count, 0);
  if (shown.length === counts.length) return sum;
  if (shown.length > 0) return `at least ${sum}`;
  return counts.length === 1 ? `fewer than ${smallest}` : "not shown";
}

/** The pages of an artefact of counts. */
export const aggregatePages = (answer: Aggregate): CountedPages =>
  new Map([
    ["aggregate.json", aggregateFile(answer)],
    ["summary.md", aggregatePage(answer)],
  ]);

/** `aggregate.json` as a file. */
export const aggregateFile = (answer: Aggregate): CountedPage => countedJson(answer, isCount);

const isCount = (member: unknown): boolean =>
  typeof member === "number" || /^(?:at least|fewer than) \d+$/.test(String(member));

/** A count, or the words in its place. */
const inWords = (count: number | string, show: ShowCount): string =>
  typeof count === "number" ? show(count) : count.replace(/\d+/, (digits) => show(Number(digits)));

/** The page that a person reads, from nothing but the answer. */
export const aggregatePage = (answer: Aggregate): CountedPage =>
  countedPage((show) => pageOf(answer, show));

function pageOf(answer: Aggregate, show: ShowCount): string {
  const { window, days, events, users, addresses, projects, smallest_count } = answer;
  const counted = (count: number | string): string => inWords(count, show);
  const range =
    days === null
      ? "No event was found."
      : `Events from ${days.first} to ${days.last} (UTC days): ${counted(answer.total)}.`;
  const lines = [
    `# Log-dive ${quoteInline(answer.request)}: counts`,
    "",
    `Window: ${quoteInline(window.from)} to ${quoteInline(window.to)} (end not included). ${range}`,
    "",
    answer.complete
      ? "Complete: every day of the window was there and every file was read to its end."
      : "**Incomplete**: this artefact cannot be released.",
    "",
    `Different users: ${counted(users)}. Different addresses: ${counted(addresses)}.`,
    "",
    `A count below ${counted(smallest_count)} is not shown, and a total is exact only where all of its numbers are.`,
    ...(events.length === 0
      ? []
      : ["", "## Events by day", "", "| Event | Day (UTC) | Count |", "| --- | --- | --- |"]),
    ...events.flatMap(({ event, days: counts, total }) => [
      ...counts.map(({ day, count }) => `| ${quoteInline(event)} | ${day} | ${counted(count)} |`),
      `| ${quoteInline(event)} | all | ${counted(total)} |`,
    ]),
    ...(projects.length === 0 ? [] : ["", "## Projects", ""]),
    ...projects.map((path) => `- ${quoteInline(path)}`),
  ];
  return `${lines.join("\n")}\n`;
}

/** The gate's look at `aggregate.json` as it was written (G1): its form, its words, its smallest number. */
export function aggregateFindings(
  text: string,
  scope: Scope,
  profiles: Iterable<LogProfile>,
): readonly GateFinding[] {
  const finding = (type: string): GateFinding => ({ check: "G1", where: "aggregate.json", type });
  const parsed = Aggregate.safeParse(jsonOf(text));
  if (!parsed.success) return [finding("not_an_aggregate")];
  const { events, projects, users, addresses, total, smallest_count } = parsed.data;
  const recipes = [...profiles].flatMap((profile) => profile.recipes.map(({ id }) => id));
  const names = new Set([...scope.event_types, ...recipes]);
  const paths = scope.projects.map(({ path }) => path);
  const numbers = [
    ...[users, addresses, total],
    ...events.flatMap((one) => [one.total, ...one.days.map(({ count }) => count)]),
  ];
  return [
    ...(events.every(({ event }) => names.has(event)) ? [] : [finding("unknown_event")]),
    ...(projects.every((path) => paths.includes(path)) ? [] : [finding("unknown_project")]),
    ...(numbers.some((one) => typeof one === "number" && one > 0 && one < smallest_count)
      ? [finding("small_count")]
      : []),
  ];
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
