// A concrete narrower request for one that asks for too much: what to leave out, and how to split what is left.
import { Temporal } from "temporal-polyfill";
import type { InformationRequest } from "./request.ts";

export type ScopeLimits = {
  readonly resources: number;
  readonly event_types: number;
  /** Event types that mean everything. */
  readonly everything_words: readonly string[];
  /** The window lies between these instants, RFC 3339. */
  readonly earliest: string;
  readonly latest: string;
  /** Whole days of a part that cost less than a person has to accept; null = any number. */
  readonly days: number | null;
};
export type Part = Pick<InformationRequest, "window" | "resources" | "event_types">;
export type Rescope = {
  /** Items of the request that no part holds: words for everything, and what lies inside a listed group. */
  readonly left_out: readonly string[];
  /** Each passes by itself; together they ask for all that can be asked for. */
  readonly parts: readonly Part[];
};

/**
 * The fewest parts into which a request falls so that each is within the limits; null where it is within them already,
 * or where nothing that may be asked for is left. The same request gives the same proposal.
 * Source: process, "scope of the request": too long a list is asked to be re-scoped.
 */
export function proposeRescope(request: Part, limits: ScopeLimits): Rescope | null {
  const window = clipped(request.window, limits);
  const event_types = request.event_types.filter((type) => !limits.everything_words.includes(type));
  if (window === null || event_types.length === 0) return null;
  const resources = withoutCovered(request.resources, limits.resources);
  const parts = windowsOf(window, limits.days).flatMap((each) =>
    resourcesOf(resources, limits.resources).flatMap((some) =>
      chunks(event_types, limits.event_types).map(
        (types): Part => ({ window: each, resources: some, event_types: types }),
      ),
    ),
  );
  const kept = new Set([...named(resources), ...event_types]);
  const left_out = [...named(request.resources), ...request.event_types].filter(
    (item) => !kept.has(item),
  );
  const same = parts.length === 1 && left_out.length === 0 && window === request.window;
  return same ? null : { left_out: [...new Set(left_out)], parts };
}

const named = ({ groups, projects, users }: Part["resources"]): readonly string[] => [
  ...groups,
  ...projects,
  ...users,
];

function clipped(window: Part["window"], { earliest, latest }: ScopeLimits): Part["window"] | null {
  const from = Temporal.Instant.compare(window.from, earliest) < 0 ? earliest : window.from;
  const to = Temporal.Instant.compare(window.to, latest) > 0 ? latest : window.to;
  if (Temporal.Instant.compare(from, to) >= 0) return null;
  return from === window.from && to === window.to ? window : { from, to };
}

/** A project or group inside a listed group is asked for already; it goes only where the list is too long. */
function withoutCovered(resources: Part["resources"], most: number): Part["resources"] {
  if (named(resources).length <= most) return resources;
  const groups = resources.groups.map((path) => path.toLowerCase());
  const uncovered = (path: string): boolean =>
    !groups.some((group) => path.toLowerCase().startsWith(`${group}/`));
  return {
    groups: resources.groups.filter(uncovered),
    projects: resources.projects.filter(uncovered),
    users: resources.users,
  };
}

/** Parts of at most `most` resources, in the order of the request: groups, then projects, then users. */
function resourcesOf(resources: Part["resources"], most: number): readonly Part["resources"][] {
  const kinds = ["groups", "projects", "users"] as const;
  const all = kinds.flatMap((kind) => resources[kind].map((name) => ({ kind, name })));
  return chunks(all, most).map((some) => {
    const of = (kind: (typeof kinds)[number]): string[] =>
      some.filter((one) => one.kind === kind).map(({ name }) => name);
    return { groups: of("groups"), projects: of("projects"), users: of("users") };
  });
}

/** Windows that touch at most `days` UTC days each, cut at midnight. */
function windowsOf(window: Part["window"], days: number | null): readonly Part["window"][] {
  if (days === null) return [window];
  const windows: Part["window"][] = [];
  let from = window.from;
  for (;;) {
    const end = Temporal.Instant.from(from)
      .toZonedDateTimeISO("UTC")
      .startOfDay()
      .add({ days })
      .toInstant();
    if (Temporal.Instant.compare(end, window.to) >= 0)
      return from === window.from ? [window] : [...windows, { from, to: window.to }];
    windows.push({ from, to: end.toString() });
    from = end.toString();
  }
}

const chunks = <T>(items: readonly T[], size: number): T[][] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, at) =>
    items.slice(at * size, (at + 1) * size),
  );

const SHOWN_PARTS = 6;

/** The proposal in the words of the form, to copy from. */
export function rescopeText({ left_out, parts }: Rescope): string {
  const list = (name: string, items: readonly string[]): readonly string[] =>
    items.length === 0 ? [] : [`${name}: ${items.join(", ")}`];
  const shown = parts
    .slice(0, SHOWN_PARTS)
    .map(({ window, resources, event_types }, at) =>
      [
        parts.length === 1 ? "Instead:" : `Request ${at + 1} of ${parts.length}:`,
        `From: ${window.from}`,
        `To: ${window.to}`,
        ...list("Groups", resources.groups),
        ...list("Projects", resources.projects),
        ...list("Users", resources.users),
        ...list("Event types", event_types),
      ].join("\n"),
    );
  const more = parts.length - shown.length;
  return [
    ...(left_out.length === 0 ? [] : [`Leave out: ${left_out.join(", ")}`]),
    ...shown,
    ...(more > 0 ? [`and ${more} more in the same way`] : []),
  ].join("\n\n");
}
