// Turns the answers of a form into the parts of a request; what cannot be believed becomes a finding.
import { Temporal } from "temporal-polyfill";
import { didYouMean } from "../did-you-mean.ts";
import { LogSource } from "../log-source.ts";
import type { FormField } from "./form-labels.ts";
import type { FormAnswers, ItemFault } from "./form-reader.ts";
import { deploymentOf, isClear, laneNamed, pathOf, sourceOf, userOf } from "./form-values.ts";
import { atLine } from "./intake-findings.ts";
import {
  EventTypeName,
  type InformationRequest,
  MAX_EVENT_TYPES,
  MAX_RESOURCES,
  NamespacePath,
  ProjectPath,
  Username,
} from "./request.ts";
import type { Claims } from "./situation.ts";
import { readWhen } from "./window-text.ts";

/** What a form asks for; null = not given, or not clear (then there is a finding). */
export type Draft = {
  readonly account: string | null;
  readonly window: { readonly from: string; readonly to: string } | null;
  readonly resources: InformationRequest["resources"];
  readonly event_types: string[];
  readonly optional: Pick<
    InformationRequest,
    | "log_sources"
    | "ticket"
    | "personal_data_needed"
    | "complex"
    | "exception_requested"
    | "audit_events_checked"
    | "self_serve_insufficient"
    | "lane"
    | "cost_accepted"
  >;
  readonly claims: Claims;
};

/** Reads every question; findings are added to `answers`, in the order of the form. */
export function readDraft(answers: FormAnswers, eventTypes: ReadonlySet<string> | null): Draft {
  const account = readAccount(answers);
  const plan = readWords(answers, "plan")
    .replace(/^gitlab /i, "")
    .toLowerCase();
  const deployment = deploymentOf(readWords(answers, "deployment"));
  const window = readWindow(answers);
  const resources = readResources(answers);
  const event_types = readEventTypes(answers, eventTypes);
  const optional = readOptional(answers);
  const inIssue = answers.yesNo("customer_contact_in_issue");
  return {
    account,
    window,
    resources,
    event_types,
    optional,
    claims: {
      ...(plan === "" ? {} : { plan }),
      ...(deployment === "" ? {} : { deployment }),
      ...(inIssue === undefined ? {} : { customer_contact_in_issue: inIssue }),
    },
  };
}

function readAccount(answers: FormAnswers): string | null {
  const before = answers.findings.length;
  const account = answers.one(
    "account",
    ({ line, value }) => {
      const path = pathOf(value);
      if (isClear(value) && NamespacePath.safeParse(path).success) return path;
      answers.add(
        "bad_value",
        atLine({ line, text: value }, "is not the path of one group"),
        "write the path of the customer's top-level group, such as acme-corp",
      );
      return null;
    },
    String,
  );
  if (account === null && answers.findings.length === before)
    answers.add(
      "missing_account",
      "The account is not named.",
      "write the path of the customer's top-level group",
    );
  return account;
}

/** A few plain words; empty when there are none. */
function readWords(answers: FormAnswers, field: FormField): string {
  const words = answers.one(
    field,
    ({ line, value }) => {
      if (isClear(value) && value.length <= MAX_WORDS) return value;
      answers.add(
        "bad_value",
        atLine({ line, text: value }, "is too long or holds hidden characters"),
        "shorten it",
      );
      return null;
    },
    (value) => value.toLowerCase(),
  );
  return words ?? "";
}
const MAX_WORDS = 300;

function readWindow(answers: FormAnswers): Draft["window"] {
  const before = answers.findings.length;
  const both = readBothEnds(answers);
  const [start, end] = [readEnd(answers, "from"), readEnd(answers, "to")];
  if (answers.findings.length > before) return null;
  if (both !== null && (start !== null || end !== null)) {
    answers.add("unclear_form", "The time window is given twice.", "keep one of the two answers");
    return null;
  }
  const [from, to] = both ?? [start, end];
  if (from !== null && to !== null) return inOrder(answers, from, to);
  if (from === null && to === null)
    answers.add("missing_window", "The time window is not given.", WINDOW_FIX);
  else if (from === null) missingEnd(answers, "from", "start");
  else missingEnd(answers, "to", "end");
  return null;
}

/** A question that stands there with no answer leaves the window open; one that was deleted is named. */
function missingEnd(answers: FormAnswers, field: "from" | "to", name: string): void {
  const rule = answers.asked(field) ? "missing_window" : (`missing_${field}` as const);
  answers.add(rule, `The ${name} of the time window is not given.`, WINDOW_FIX);
}

function inOrder(answers: FormAnswers, from: string, to: string): Draft["window"] {
  if (Temporal.Instant.compare(from, to) < 0) return { from, to };
  answers.add(
    "window_reversed",
    `The time window ends (${to}) before it starts (${from}).`,
    "swap or correct the two times",
  );
  return null;
}
const WINDOW_FIX = "give a start and an end, such as 2026-11-16T00:00:00Z";

/** `A to B` under the heading of the window itself. */
function readBothEnds(answers: FormAnswers): readonly [string, string] | null {
  return answers.one(
    "window",
    ({ line, value }) => {
      const parts = value.split(/ (?:to|until|-|–|—) /);
      const [from, to] = [readWhen(String(parts[0]), "from"), readWhen(String(parts[1]), "to")];
      if (parts.length === 2 && from.ok && to.ok) return [from.instant, to.instant] as const;
      answers.add(
        "bad_date",
        atLine({ line, text: value }, "is not a start and an end that are exact"),
        WINDOW_FIX,
      );
      return null;
    },
    String,
  );
}

function readEnd(answers: FormAnswers, end: "from" | "to"): string | null {
  return answers.one(
    end,
    ({ line, value }) => {
      const when = readWhen(value, end);
      if (when.ok) return when.instant;
      answers.add(when.rule, atLine({ line, text: value }, when.reason), when.fix);
      return null;
    },
    String,
  );
}

function readResources(answers: FormAnswers): Draft["resources"] {
  const before = answers.findings.length;
  const bad = (what: string, fix: string): ItemFault => ({ rule: "bad_resource", what, fix });
  const resources = {
    groups: answers.list("groups", pathOf, (item) =>
      NamespacePath.safeParse(item).success
        ? null
        : bad("is not the path of a group", "write it like acme-corp/payments"),
    ),
    projects: answers.list("projects", pathOf, (item) =>
      ProjectPath.safeParse(item).success
        ? null
        : bad("is not the full path of a project", "write it like acme-corp/payments/api"),
    ),
    users: answers.list("users", userOf, (item) =>
      Username.safeParse(item).success
        ? null
        : {
            rule: "bad_value",
            what: "is not the user name of a person",
            fix: "write it like acme-jdoe; bots cannot be asked about",
          },
    ),
  };
  answers.list("resources", pathOf, () => ({
    rule: "unclear_form",
    what: "does not say whether it is a group, a project or a user",
    fix: "put it under Groups, Projects or Users",
  }));
  const count = Object.values(resources).flat().length;
  if (count > MAX_RESOURCES) tooMany(answers, count, "groups, projects and users", MAX_RESOURCES);
  if (count === 0 && answers.findings.length === before)
    answers.add(
      "missing_resources",
      "No group, project or user is named.",
      "name the groups, projects and users that matter",
    );
  return resources;
}

function tooMany(answers: FormAnswers, count: number, what: string, most: number): void {
  answers.add(
    "scope_too_broad",
    `${count} ${what} are named; no request can hold more than ${most}.`,
    "keep those that matter most",
  );
}

function readEventTypes(answers: FormAnswers, known: ReadonlySet<string> | null): string[] {
  const before = answers.findings.length;
  const types = answers.list(
    "event_types",
    (text) => text.toLowerCase(),
    (item) => {
      if (!EventTypeName.safeParse(item).success)
        return {
          rule: "bad_value",
          what: "is not the name of an event type",
          fix: "write it like deploy_key_added",
        };
      if (known === null || known.has(item)) return null;
      const meant = didYouMean(item, known);
      return {
        rule: "unknown_event_type",
        what: "is not a known event type",
        fix:
          meant === null ? "take a name from policies/event-types.yaml" : `did you mean ${meant}?`,
      };
    },
  );
  if (types.length > MAX_EVENT_TYPES)
    tooMany(answers, types.length, "event types", MAX_EVENT_TYPES);
  if (types.length === 0 && answers.findings.length === before)
    answers.add(
      "missing_event_types",
      "No event type is named.",
      "name the events that matter, such as deploy_key_added",
    );
  return types;
}

function readOptional(answers: FormAnswers): Draft["optional"] {
  const sources = answers.list("log_sources", sourceOf, (item) =>
    LogSource.safeParse(item).success
      ? null
      : {
          rule: "bad_value",
          what: "is not a known log source",
          fix: `use one of ${LogSource.options.join(", ")}`,
        },
  ) as NonNullable<InformationRequest["log_sources"]>;
  const ticket = readWords(answers, "ticket");
  const before = answers.findings.length;
  const personal = answers.yesNo("personal_data_needed");
  if (personal === undefined && answers.findings.length === before)
    answers.add(
      "missing_personal_data",
      "The form does not say whether personal data (user names, IP addresses) is needed.",
      "answer yes or no",
    );
  const complex = answers.yesNo("complex");
  const checked = answers.yesNo("audit_events_checked");
  const notEnough = answers.text("self_serve_insufficient");
  const lane = readLane(answers);
  const accepted = answers.yesNo("cost_accepted");
  const reason = answers.text("exception_reason");
  const exception = answers.yesNo("exception_requested");
  return {
    ...(sources.length === 0 ? {} : { log_sources: sources }),
    ...(ticket === "" ? {} : { ticket }),
    ...(personal === undefined ? {} : { personal_data_needed: personal }),
    ...(complex === undefined ? {} : { complex }),
    ...(exception === true
      ? { exception_requested: { reason: reason === "" ? "not stated" : reason } }
      : {}),
    ...(checked === undefined ? {} : { audit_events_checked: checked }),
    ...(notEnough === "" ? {} : { self_serve_insufficient: notEnough }),
    ...(lane === null ? {} : { lane }),
    ...(accepted === undefined ? {} : { cost_accepted: accepted }),
  };
}

/** Rows or counts; null when it is not answered, which means rows. */
const readLane = (answers: FormAnswers): InformationRequest["lane"] | null =>
  answers.one(
    "lane",
    ({ line, value }) => {
      const lane = isClear(value) ? laneNamed(value) : null;
      if (lane === null)
        answers.add(
          "bad_value",
          atLine({ line, text: value }, "is neither rows nor counts"),
          "answer rows or counts",
        );
      return lane;
    },
    String,
  );
