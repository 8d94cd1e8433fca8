// Legal's decision on an exception, read from the notes of the issue: whose note counts, and which decision stands.
import { Temporal } from "temporal-polyfill";
import { durationMilliseconds } from "../policy/duration.ts";
import type { CustodyData, CustodyEntry, CustodyRecord, Digest } from "./custody.ts";
import type { LegalDecision } from "./legal-decision.ts";
import { type Saying, type Statement, speakerFault } from "./statement.ts";

type Decided = Extract<Saying, { readonly kind: "grant" | "refuse" }>;
/** A statement that does not count, and why. */
export type Dismissed = {
  readonly user: string;
  /** RFC 3339, when the note was written. */
  readonly at: string;
  readonly reason: string;
};
/** What the notes come to. `record` = what the custody log keeps of the decision that stands. */
export type LegalReading = {
  readonly decision: LegalDecision | null;
  readonly record: CustodyRecord | null;
  readonly dismissed: readonly Dismissed[];
};

export type LegalContext = {
  /** Null while the form is not whole: then no decision can be on it. */
  readonly requestSha256: string | null;
  /** Teams whose members decide. */
  readonly teams: readonly string[];
  /** The longest reach of a grant, ISO 8601. */
  readonly longest: string;
  /** Ids of the rules that Legal may waive. */
  readonly waivable: ReadonlySet<string>;
  /** User ids that may not decide: requester, log-diver. */
  readonly concerned: ReadonlySet<number>;
  readonly entries: readonly CustodyEntry[];
  readonly digest: Digest;
};

const NOT_UNDERSTOOD = "it was not understood; copy a line from above and complete it";

/**
 * The newest decision that counts is the one that stands. A refusal that is on record stands even after its note was
 * edited or deleted: taking the note away must not bring an older grant back.
 */
export function readLegalDecision(
  statements: readonly Statement[],
  context: LegalContext,
): LegalReading {
  const decided: { readonly statement: Statement; readonly saying: Decided }[] = [];
  const dismissed: Dismissed[] = [];
  for (const statement of statements) {
    const { note, saying } = statement;
    if (saying.kind === "extend") continue;
    const decision = saying.kind === "unclear" ? null : { statement, saying };
    const reason = decision === null ? NOT_UNDERSTOOD : decisionFault(decision, context);
    if (decision !== null && reason === null) decided.push(decision);
    if (reason !== null) dismissed.push({ user: note.author.username, at: note.createdAt, reason });
  }
  const newest = decided.at(-1);
  const refused = recordedRefusal(context);
  if (refused !== null && refused.note > (newest?.statement.note.id ?? 0))
    return { decision: refused.decision, record: null, dismissed };
  if (newest === undefined) return { decision: null, record: null, dismissed };
  const decision = decisionOf(newest.saying);
  const record = recordOf(newest.statement, newest.saying, context.digest);
  return { decision, record, dismissed };
}

function decisionFault(
  { statement, saying }: { readonly statement: Statement; readonly saying: Decided },
  context: LegalContext,
): string | null {
  if (context.concerned.has(statement.note.author.id))
    return "requester and log-diver do not decide on their own request";
  return (
    speakerFault(statement, context.teams) ??
    (saying.requestSha256 === context.requestSha256
      ? null
      : "it is for another text of the request") ??
    (saying.kind === "grant" ? grantFault(statement, saying, context) : null)
  );
}

function grantFault(
  { note }: Statement,
  { waives, until }: Extract<Saying, { readonly kind: "grant" }>,
  { waivable, longest }: LegalContext,
): string | null {
  const fixed = waives.filter((rule) => !waivable.has(rule));
  if (fixed.length > 0) return `nobody can waive ${fixed.join(", ")}`;
  const ends = endOf(until);
  if (ends === null) return `${until} is no day`;
  const furthest = Temporal.Instant.from(note.createdAt).add({
    milliseconds: durationMilliseconds(longest) + DAY,
  });
  return Temporal.Instant.compare(ends, furthest) > 0
    ? `a grant reaches ${longest} at most, and it says ${until}`
    : null;
}

/** The last day counts whole. */
const DAY = 86_400_000;

/** The moment at which a grant ends: midnight UTC after its last day; null where there is no such day. */
function endOf(until: string): Temporal.Instant | null {
  try {
    const day = Temporal.PlainDate.from(until, { overflow: "reject" });
    return day.add({ days: 1 }).toZonedDateTime("UTC").toInstant();
  } catch {
    return null;
  }
}

const decisionOf = (saying: Decided): LegalDecision =>
  saying.kind === "refuse"
    ? { decision: "refuse", request_sha256: saying.requestSha256, reason: saying.reason }
    : {
        decision: "grant",
        request_sha256: saying.requestSha256,
        waives: [...saying.waives],
        reference: saying.reference,
        expires_at: String(endOf(saying.until)),
      };

/** Legal's reason is free text and stays in the note; its reference is a number or name by pattern, and is kept. */
function recordOf({ note }: Statement, saying: Decided, digest: Digest): CustodyRecord {
  const common: CustodyData = {
    request_sha256: saying.requestSha256,
    note: note.id,
    note_sha256: digest(note.body),
    decided_by: `user ${note.author.id} at ${note.createdAt}`,
  };
  return {
    event: "exception",
    data:
      saying.kind === "refuse"
        ? { decision: "refuse", ...common }
        : {
            decision: "grant",
            ...common,
            waives: saying.waives,
            reference: saying.reference,
            expires_at: String(endOf(saying.until)),
          },
  };
}

function recordedRefusal({
  entries,
  requestSha256,
}: LegalContext): { readonly note: number; readonly decision: LegalDecision } | null {
  const data = entries.findLast(
    (entry) =>
      entry.event === "exception" &&
      entry.data["decision"] === "refuse" &&
      entry.data["request_sha256"] === requestSha256,
  )?.data;
  if (data === undefined) return null;
  const decision: LegalDecision = {
    decision: "refuse",
    request_sha256: String(data["request_sha256"]),
    reason: "The reason was in a note that was changed since.",
  };
  return { note: Number(data["note"]), decision };
}
