// Policies with one thing changed: an operator, a word, a limit, an entry of a list, a consequence.
import type { DatedLimits, LimitValue } from "../../scripts/domain/policy/dated.ts";
import type { PolicySet } from "../../scripts/domain/policy/policies.ts";
import type { Rule } from "../../scripts/domain/policy/rule.ts";

export type Mutant = {
  /** What was changed, for people: `routing complex require: … → …`. */
  readonly name: string;
  readonly kind: "operator" | "word" | "limit" | "list" | "consequence" | "setting";
  readonly set: PolicySet;
};

const SWAPS: readonly (readonly [RegExp, string])[] = [
  [/==/g, "!="],
  [/!=/g, "=="],
  [/>=/g, ">"],
  [/<=/g, "<"],
  [/(?<![<>=!-])>(?!=)/g, ">="],
  [/(?<![<>=!])<(?!=)/g, "<="],
  [/&&/g, "||"],
  [/\|\|/g, "&&"],
  [/\.all\(/g, ".exists("],
  [/\.exists\(/g, ".all("],
  [/!(?!=)/g, ""],
  [/\+/g, "-"],
];

type Replacement = { readonly kind: Mutant["kind"]; readonly text: string };

/** The expression with one operator or one word changed, for each place in it. */
function changedExpressions(expression: string): readonly Replacement[] {
  const operators = SWAPS.flatMap(([pattern, other]) =>
    [...expression.matchAll(pattern)].map(({ index, 0: found }) => ({
      kind: "operator" as const,
      text: expression.slice(0, index) + other + expression.slice(index + found.length),
    })),
  );
  const words = [...expression.matchAll(/"[^"]*"/g)].map(({ index, 0: found }) => ({
    kind: "word" as const,
    text: `${expression.slice(0, index)}"${found.slice(1, -1)}x"${expression.slice(index + found.length)}`,
  }));
  return [...operators, ...words];
}

/** Values a little off: a second or a day more and less, one more and less, each word gone. */
function otherValues(value: LimitValue): readonly LimitValue[] {
  if (typeof value === "number") return [value - 1, value + 1];
  if (typeof value !== "string") return value.map((_, at) => value.filter((__, one) => one !== at));
  return value.endsWith("M")
    ? [`${value}T1S`, "P29D"]
    : [`${value}T1S`, `P${Number(/\d+/.exec(value)?.[0]) - 1}DT23H59M59S`];
}

type Book = "eligibility" | "routing" | "lane";

const withBook = (set: PolicySet, book: Book, change: Partial<PolicySet[Book]>): PolicySet => ({
  ...set,
  [book]: { ...set[book], ...change },
});

const withRule = (set: PolicySet, book: Book, at: number, change: object): PolicySet =>
  withBook(set, book, {
    rules: set[book].rules.map((rule: Rule, index) =>
      index === at ? { ...rule, ...change } : rule,
    ),
  } as Partial<PolicySet[Book]>);

function ruleMutants(set: PolicySet, book: Book): readonly Mutant[] {
  return set[book].rules.flatMap((rule: Rule, at) => [
    ...(["when", "require"] as const).flatMap((key) =>
      changedExpressions(rule[key] ?? "").map(({ kind, text }) => ({
        name: `${book} ${rule.id} ${key}: ${text}`,
        kind,
        set: withRule(set, book, at, { [key]: text }),
      })),
    ),
    ...("outcome" in rule ? consequences(rule) : []).map((change) => ({
      name: `${book} ${rule.id}: ${JSON.stringify(change)}`,
      kind: "consequence" as const,
      set: withRule(set, book, at, change),
    })),
  ]);
}

const consequences = (rule: Extract<Rule, { outcome: string }>): readonly object[] => [
  { outcome: rule.outcome === "reject" ? "needs-info" : "reject" },
  // Only a refusal can be waived to any effect that a list of findings shows.
  ...(rule.outcome === "reject" ? [{ waivable: rule.waivable !== true }] : []),
];

function limitMutants(set: PolicySet, book: Book): readonly Mutant[] {
  const { limits } = set[book];
  return Object.entries(limits).flatMap(([limit, [entry]]) =>
    otherValues(entry.value).map((value) => {
      const changed: DatedLimits = { ...limits, [limit]: [{ from: entry.from, value }] };
      return {
        name: `${book} limit ${limit}: ${JSON.stringify(value)}`,
        kind: Array.isArray(value) ? ("list" as const) : ("limit" as const),
        set: withBook(set, book, { limits: changed }),
      };
    }),
  );
}

/** The other policies that decide something by a number, a length of time, a switch or a list. */
function settingMutants(set: PolicySet): readonly Mutant[] {
  const { review } = set;
  const [cadence, expiry] = [set["status-update"].cadence, set["hand-over"].artefact_expires_after];
  const setting = (name: string, change: Partial<PolicySet>): Mutant => ({
    name,
    kind: "setting",
    set: { ...set, ...change },
  });
  const reviewed = (name: string, change: Partial<PolicySet["review"]>): Mutant =>
    setting(`review ${name}: ${JSON.stringify(Object.values(change)[0])}`, {
      review: { ...review, ...change },
    });
  return [
    ...longerAndShorter(review.approval_expires_after).map((value) =>
      reviewed("approval_expires_after", { approval_expires_after: value }),
    ),
    ...longerAndShorter(review.settle_after_push).map((value) =>
      reviewed("settle_after_push", { settle_after_push: value }),
    ),
    reviewed("inherited_members", { inherited_members: !review.inherited_members }),
    reviewed("target_branches", { target_branches: ["elsewhere"] }),
    ...longerAndShorter(cadence).map((value) =>
      setting(`status-update cadence: ${value}`, {
        "status-update": { ...set["status-update"], cadence: value },
      }),
    ),
    ...longerAndShorter(expiry).map((value) =>
      setting(`hand-over artefact_expires_after: ${value}`, {
        "hand-over": { ...set["hand-over"], artefact_expires_after: value },
      }),
    ),
  ];
}

const longerAndShorter = (duration: string): readonly string[] =>
  [1, -1].map((step) => duration.replace(/\d+/, (number) => String(Number(number) + step)));

/** Every mutant of the policies, in the order of the files. */
export const mutantsOf = (set: PolicySet): readonly Mutant[] => [
  ...(["eligibility", "routing", "lane"] as const).flatMap((book) => [
    ...limitMutants(set, book),
    ...ruleMutants(set, book),
  ]),
  ...settingMutants(set),
];
