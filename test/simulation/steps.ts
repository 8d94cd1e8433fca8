// What may happen in a simulated world: a step is a plain value, so that a history can be printed, replayed and made shorter.
import { type Dice, diceOf } from "./dice.ts";
import { FORM_KINDS, type FormKind } from "./forms.ts";

const PEOPLE = ["lena", "noor", "sam", "ines", "sofia", "diego", "mira", "root"] as const;
type Person = (typeof PEOPLE)[number];
/** People whom a test can do without: the others file, push and administrate. */
const REVIEWERS = ["lena", "noor", "sam", "ines"] as const;
type Reviewer = (typeof REVIEWERS)[number];

const FAULT_KINDS = [
  "reset-before",
  "reset-after",
  "timeout-before",
  "timeout-after",
  "500-before",
  "500-after",
  "502-html-before",
  "502-html-after",
  "503-retry-after",
  "429-retry-after",
  "429-two-hours",
  "429-no-header",
  "401",
  "403",
  "404",
  "409",
  "200-html",
  "200-empty",
  "200-truncated",
  "200-noop",
  "302-elsewhere",
  "stale",
  "late-effect",
] as const;
type FaultKind = (typeof FAULT_KINDS)[number];
/** `on`: which calls are counted; `at`: the first that fails, from 1; `times`: how many in a row. */
export type Fault = {
  readonly kind: FaultKind;
  readonly on: "call" | "write";
  readonly at: number;
  readonly times: number;
};
export const PIPELINE = ["requests", "log-dive", "publish", "hand-over"] as const;
export type JobGroup = (typeof PIPELINE)[number] | "triage" | "all";
export type Crash = { readonly on: "call" | "write"; readonly at: number; readonly done: boolean };

/** What people do to a merge request. */
export type MergeRequestDeed =
  | { readonly kind: "approve" | "unapprove"; readonly request: number; readonly who: Person }
  | {
      readonly kind: "push";
      readonly request: number;
      readonly file: "foreign" | "request" | "manifest";
    }
  | {
      readonly kind: "close-mr" | "reopen-mr" | "merge-mr" | "rewrite-mr";
      readonly request: number;
    };

/** What people do to an issue. */
export type IssueDeed =
  | { readonly kind: "edit"; readonly request: number; readonly form: FormKind }
  | { readonly kind: "close" | "reopen" | "publish" | "hide"; readonly request: number }
  | {
      readonly kind: "comment";
      readonly request: number;
      readonly text: "plain" | "forged-marker" | "commands";
    }
  | { readonly kind: "delete-note"; readonly request: number }
  | { readonly kind: "label" | "unlabel"; readonly request: number; readonly label: string }
  | { readonly kind: "assign"; readonly request: number; readonly who: Person };

/** What is no matter of one request. */
type OtherDeed =
  | { readonly kind: "file"; readonly form: FormKind; readonly by: "sofia" | "diego" }
  | { readonly kind: "block" | "unblock"; readonly who: Reviewer }
  | {
      readonly kind: "join" | "leave";
      readonly who: Person;
      readonly team: "legal" | "security";
    }
  | { readonly kind: "facts"; readonly state: "good" | "free" | "unreadable" }
  | { readonly kind: "policy"; readonly set: "first" | "later" };

/** What people do; `request` is taken modulo the number of issues there are. */
export type Deed = OtherDeed | IssueDeed | MergeRequestDeed;

export type RunStep = {
  readonly kind: "run";
  readonly jobs: readonly JobGroup[];
  readonly faults: readonly Fault[];
  readonly crash: Crash | null;
  /** Somebody acts just before this call of the last job. */
  readonly meanwhile: { readonly at: number; readonly deed: Deed } | null;
  readonly dry: boolean;
  /** A webhook's payload: at most the number of an issue, true or not. */
  readonly payload: string | null;
};
export type Step =
  | Deed
  | RunStep
  | { readonly kind: "pass"; readonly minutes: number }
  /** One run stops at its `at`-th call until the other, begun then, has gone on to its own `until`-th or its end. */
  | {
      readonly kind: "two-runs";
      readonly first: JobGroup;
      readonly second: JobGroup;
      readonly at: number;
      readonly until: number | null;
    }
  | { readonly kind: "outage"; readonly how: Outage; readonly minutes: number };

/** `429-silent`: without a Retry-After. */
export type Outage = "down" | "429" | "429-silent";

const LABELS = [
  "Stage::Review",
  "Stage::Hand-Over",
  "Request::Eligible",
  "Legal::Approved",
  "Route::Legal",
] as const;

/** The history of a seed. It begins with a request, and most go a long way: a world in which nothing is released proves little. */
export function stepsOf(seed: number, count = 8 + (seed % 13)): readonly Step[] {
  const dice = diceOf(seed);
  const steps: Step[] = dice.chance(0.15)
    ? [{ kind: "facts", state: dice.pick(["free", "unreadable"]) }]
    : [];
  const form = dice.weighted<FormKind>([
    [4, "plain"],
    [1, "incomplete"],
    [1, "hostile"],
  ]);
  steps.push({ kind: "file", form, by: "sofia" });
  const ready = dice.chance(0.6);
  if (ready) steps.push(cleanPipeline);
  const begun = steps.length;
  while (steps.length < count) steps.push(...oneOrMore(dice));
  // Dice of their own: the other histories stay what they were.
  const own = diceOf(~seed);
  if (!own.chance(0.15)) return steps;
  return steps.toSpliced(begun, 0, ...(ready ? logDiverApproves(own) : twoRecord(own)));
}

/** Two jobs put the log-dive of the first request on record, the second while the first is about to. */
const twoRecord = (dice: Dice): readonly Step[] => [
  cleanRun(["requests"]),
  cleanRun(["log-dive"]),
  { kind: "two-runs", first: "publish", second: "publish", at: 20 + dice.below(9), until: null },
];

/** Somebody of Legal or Security dives for the first request, and gives one of the two approvals that it needs. */
function logDiverApproves(dice: Dice): readonly Step[] {
  const legal = dice.pick<Reviewer>(["lena", "noor"]);
  const security = dice.pick<Reviewer>(["sam", "ines"]);
  return [
    { kind: "assign", request: 0, who: dice.pick([legal, security]) },
    { kind: "approve", request: 0, who: legal },
    { kind: "approve", request: 0, who: security },
    cleanPipeline,
  ];
}

const cleanRun = (jobs: RunStep["jobs"]): RunStep => ({
  kind: "run",
  jobs,
  faults: [],
  crash: null,
  meanwhile: null,
  dry: false,
  payload: null,
});
const cleanPipeline = cleanRun(PIPELINE);

/** A step, or a few that belong together: reviewers who act as they should lead to the places where it matters. */
function oneOrMore(dice: Dice): readonly Step[] {
  return dice.weighted<() => readonly Step[]>([
    [8, () => [runStep(dice)]],
    [3, () => [cleanPipeline]],
    [9, () => [deed(dice)]],
    [3, () => [{ kind: "pass", minutes: dice.pick([1, 15, 60, 600, 1440, 4320, 10_081, 20_161]) }]],
    [3, () => bothApprove(dice)],
    [4, () => troubledRelease(dice)],
    [2, () => [twoRuns(dice)]],
    [
      1,
      () => [
        {
          kind: "outage",
          how: dice.pick<Outage>(["down", "429"]),
          minutes: dice.pick([30, 120, 1440]),
        },
      ],
    ],
  ])();
}

function bothApprove(dice: Dice): readonly Step[] {
  const request = dice.below(3);
  return [
    { kind: "approve", request, who: dice.pick(["lena", "noor"]) },
    { kind: "approve", request, who: dice.pick(["sam", "ines"]) },
  ];
}

/** All is ready for the release; then something happens that must stop it, or must not. */
function troubledRelease(dice: Dice): readonly Step[] {
  const request = dice.below(3);
  const legal = dice.pick<Reviewer>(["lena", "noor"]);
  const security = dice.pick<Reviewer>(["sam", "ines"]);
  const who = dice.pick([legal, security]);
  const team = who === legal ? "legal" : "security";
  const disturbance = dice.pick<Deed>([
    { kind: "block", who },
    { kind: "leave", who, team },
    { kind: "assign", request, who },
    { kind: "unapprove", request, who },
    { kind: "push", request, file: "foreign" },
    { kind: "push", request, file: "request" },
    { kind: "push", request, file: "manifest" },
    { kind: "merge-mr", request },
    { kind: "close-mr", request },
    { kind: "edit", request, form: dice.pick(FORM_KINDS) },
  ]);
  const meanwhile = { at: 16 + dice.below(18), deed: disturbance };
  return [
    cleanPipeline,
    { kind: "approve", request, who: legal },
    { kind: "approve", request, who: security },
    ...(dice.chance(0.4)
      ? [{ ...cleanRun(["requests"]), meanwhile }]
      : [disturbance, runStep(dice)]),
  ];
}

function twoRuns(dice: Dice): Step {
  const group = () =>
    dice.pick<JobGroup>(["requests", "requests", "publish", "log-dive", "hand-over"]);
  return {
    kind: "two-runs",
    first: group(),
    second: group(),
    at: 1 + dice.below(40),
    until: dice.chance(0.4) ? 1 + dice.below(40) : null,
  };
}

function runStep(dice: Dice): RunStep {
  const jobs: readonly JobGroup[] = dice.chance(0.4)
    ? PIPELINE
    : [
        dice.pick<JobGroup>([
          "requests",
          "requests",
          "log-dive",
          "publish",
          "hand-over",
          "hand-over",
          "triage",
        ]),
      ];
  const trouble = dice.next();
  return {
    ...cleanRun(jobs),
    faults: trouble < 0.5 ? Array.from({ length: 1 + dice.below(2) }, () => faultOf(dice)) : [],
    crash: trouble >= 0.5 && trouble < 0.75 ? { ...placeOf(dice), done: dice.chance(0.5) } : null,
    meanwhile:
      trouble >= 0.75 && trouble < 0.87 ? { at: 1 + dice.below(45), deed: deed(dice) } : null,
    dry: trouble >= 0.87 && trouble < 0.93,
    payload: dice.chance(0.1)
      ? dice.pick(["1", "2", "99", "not a number", '{"object_attributes":{"iid":1}}'])
      : null,
  };
}

function placeOf(dice: Dice): { readonly on: "call" | "write"; readonly at: number } {
  return dice.chance(0.6)
    ? { on: "write", at: 1 + dice.below(8) }
    : { on: "call", at: 1 + dice.below(60) };
}

const faultOf = (dice: Dice): Fault => ({
  kind: dice.pick(FAULT_KINDS),
  ...placeOf(dice),
  times: dice.weighted([
    [6, 1],
    [2, 3],
    [1, 12],
  ]),
});

function deed(dice: Dice): Deed {
  const request = dice.below(3);
  const who = dice.pick(PEOPLE);
  return dice.weighted<() => Deed>([
    [
      2,
      () => ({
        kind: "file",
        form: dice.pick(FORM_KINDS),
        by: dice.pick(["sofia", "sofia", "diego"]),
      }),
    ],
    [3, () => ({ kind: "edit", request, form: dice.pick(FORM_KINDS) })],
    [2, () => ({ kind: dice.pick(["close", "reopen", "reopen", "publish", "hide"]), request })],
    [7, () => ({ kind: "approve", request, who })],
    [2, () => ({ kind: "unapprove", request, who })],
    [2, () => ({ kind: dice.pick(["block", "unblock"]), who: dice.pick(REVIEWERS) })],
    [
      3,
      () => ({
        kind: dice.pick(["join", "leave", "leave"]),
        who,
        team: dice.pick(["legal", "security"]),
      }),
    ],
    [3, () => ({ kind: "push", request, file: dice.pick(["foreign", "request", "manifest"]) })],
    [
      2,
      () => ({
        kind: dice.pick(["close-mr", "reopen-mr", "reopen-mr", "merge-mr", "rewrite-mr"]),
        request,
      }),
    ],
    [
      3,
      () => ({ kind: "comment", request, text: dice.pick(["plain", "forged-marker", "commands"]) }),
    ],
    [1, () => ({ kind: "delete-note", request })],
    [2, () => ({ kind: dice.pick(["label", "unlabel"]), request, label: dice.pick(LABELS) })],
    [1, () => ({ kind: "assign", request, who })],
    [1, () => ({ kind: "facts", state: dice.pick(["good", "good", "free", "unreadable"]) })],
    [1, () => ({ kind: "policy", set: dice.pick(["first", "later"]) })],
  ])();
}
