import fc from "fast-check";
import { expect, test } from "vitest";
import {
  DecisionInput,
  describeSituation,
} from "../../../scripts/domain/information-request/situation.ts";
import { overlay } from "../../../scripts/domain/policy/rule-cases.ts";
import { compileRules } from "../../../scripts/domain/policy/rule-language.ts";
import { rememberingWords } from "../../../scripts/domain/policy/word-memory.ts";
import { loadPolicySet } from "../../policy-set.ts";

const { eligibility, routing, lane } = await loadPolicySet();
const situation = (given: Record<string, unknown>) =>
  describeSituation(DecisionInput.parse(overlay(eligibility.baseline, given)));
const context = (given: Record<string, unknown>, limits: object = LIMITS) => ({
  ...situation(given),
  limits,
});
const LIMITS = {};

/** How often a function that reads these sources is asked, when it is told of these situations one after the other. */
function timesAsked(sources: readonly string[], given: readonly object[]): number | null {
  let asked = 0;
  const remembering = rememberingWords(sources, () => {
    asked += 1;
    return { asked };
  });
  if (remembering === null) return null;
  for (const one of given) remembering(context(one as Record<string, unknown>));
  return asked;
}
const plan = (word: string) => ({ facts: { plan: word } });
const users = (...names: string[]) => ({ request: { resources: { users: names } } });
const sources = (...names: string[]) => ({ request: { log_sources: names } });

test.each([
  ["the same word", ["facts.plan"], [plan("free"), plan("free")], 1],
  ["another word", ["facts.plan"], [plan("free"), plan("gold"), plan("free")], 2],
  ["a word that no source names", ["facts.trial"], [plan("free"), plan("gold")], 1],
  ["words of several sources", ["facts.trial", "facts.plan"], [plan("free"), plan("gold")], 2],
  ["a flag", ["issue.given"], [{}, { issue: null }, {}], 2],
  ["no word at all", ["limits.plans"], [{}, plan("free")], 1],
  ["an empty list", ["issue.events"], [{}, {}], 1],
  ["a list of one", ["request.log_sources"], [sources("api"), sources("auth"), sources("api")], 2],
  ["a longer list", ["request.log_sources"], [sources("api", "auth"), sources("api", "auth")], 2],
  ["a name", ["request.account"], [], null],
  ["names", ["size(request.users)"], [users()], null],
  ["an instant", ["facts.plan == '' || window.from > 0"], [], null],
  ["the clock", ["now"], [], null],
  ["a whole section", ["facts"], [], null],
  ["a section by index", ['facts["plan"]'], [], null],
  ["a field after a blank", ["facts .plan"], [], null],
  ["a field that there is not", ["facts.plam"], [], null],
])("%s", (_, read, given, times) => {
  expect(timesAsked(read, given)).toBe(times);
});

test("other limits are asked about again", () => {
  let asked = 0;
  const remembering = rememberingWords(["facts.plan"], () => ++asked);
  expect([{ a: 1 }, { a: 2 }].map((limits) => remembering?.(context({}, limits)))).toEqual([1, 2]);
});

test("a memory that is full begins anew, and answers as before", () => {
  const remembering = rememberingWords(["facts.plan"], (words) => words.facts.plan);
  const words = Array.from({ length: 2100 }, (_, at) => `plan-${at % 1100}`);
  const said = words.map((word) =>
    remembering?.({ ...context({}), facts: { ...context({}).facts, plan: word } }),
  );
  expect(said).toEqual(words);
});

test("what goes wrong is not remembered", () => {
  let asked = 0;
  const remembering = rememberingWords(["facts.plan"], () => {
    asked += 1;
    if (asked === 1) throw new Error("once");
    return asked;
  });
  expect(() => remembering?.(context({}))).toThrow("once");
  expect(remembering?.(context({}))).toBe(2);
});

const yesNo = fc.constantFrom(true, false, null);
const word = (...words: string[]) => fc.constantFrom(...words, null);
const GIVEN = fc.record({
  facts: fc.record({
    plan: word("premium", "free", "", "premium|free"),
    trial: yesNo,
    paying: yesNo,
    support_plan: word("standard", "none"),
    deployment: word("gitlab.com", "self-managed", "dedicated"),
    namespace_exists: yesNo,
    requester_owns_account: yesNo,
    resources_owned: word("all", "none", "since 2026-11-17T00:00:00Z"),
    canonical_path: word("acme-corp", "other"),
    author_is_team_member: yesNo,
  }),
  issue: fc.record({
    confidential: yesNo,
    author_role: word("support", "customer"),
    state: word("opened", "closed"),
    service_desk: fc.boolean(),
    participants: fc.constantFrom([], ["support-a"], ["x", "y"], null),
    events: fc.constantFrom([], ["customer added"], ["a", "b"]),
  }),
  request: fc.record({
    complex: fc.boolean(),
    personal_data_needed: fc.boolean(),
    log_sources: fc.constantFrom(["application"], ["access"], ["gitaly", "access"]),
    resources: fc.constantFrom(
      { groups: ["acme-corp"], projects: [], users: [] },
      { groups: ["acme-corp/a"], projects: ["other/b"], users: ["u"] },
    ),
  }),
  claims: fc.record({ plan: fc.constantFrom("", "free", "premium") }),
});

const books = () => [
  compileRules(eligibility.limits, eligibility.rules).book,
  compileRules(routing.limits, routing.rules).book,
  compileRules(lane.limits, lane.rules).book,
];

test("the shipped rules judge as rules that were never asked before", () => {
  const old = books();
  const judge = (given: Record<string, unknown>, asked: ReturnType<typeof books>) => {
    const described = situation(given);
    return asked.flatMap(({ rules, contextOf }) =>
      rules.map((rule) => rule.judge(contextOf(described, "2026-11-20"))),
    );
  };
  fc.assert(
    fc.property(GIVEN, (given) => {
      expect(judge(given, old)).toEqual(judge(given, books()));
    }),
    { numRuns: 100 },
  );
});
