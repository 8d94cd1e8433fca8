// Every template, with every known injection in every slot: nothing acts but what the template itself means.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { templatesIn } from "../scripts/adapters/template.ts";
import { type Allowed, actsIn } from "../scripts/domain/outgoing-text.ts";
import { live } from "./sandbox/live.ts";

const render = templatesIn(fileURLToPath(new URL("../templates", import.meta.url)));
const texts: readonly string[] = readFileSync("test/cases/shared/markdown-injections.jsonl", "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line).text);

const URL_BASE = "https://gitlab.example.com/sec/seclog";
const ALLOWED: Allowed = { mentions: ["@sec/legal"], urls: [URL_BASE] };
const finding = { rule: "window", reason: "4 days", fix: "Ask again", clause: "a month" };

/** A view in which every conditional part of its template is shown. */
const VIEWS: Readonly<Record<string, object>> = {
  "notes/status": {
    id: "IR-2026-0042",
    stage: "review",
    headline: "In review",
    next: "Legal approves",
    mention: "@sec/legal",
    failed: [finding],
    passed: [finding],
    customer: ["We are sorry."],
    clock: {
      asOf: "2026-11-20",
      due: "2026-11-21",
      findings: "none",
      extended: "PT12H, by diego: the archive is being restored",
    },
    paused: { since: "2026-11-20", waitsFor: "window" },
    waived: "Legal waived window",
    decide: { teams: "legal", forms: "one line\nanother line" },
    dismissed: [{ user: "diego", at: "2026-11-20", reason: "it was edited" }],
    mergeRequestUrl: `${URL_BASE}/-/merge_requests?state=all`,
    packagesUrl: `${URL_BASE}/-/packages`,
    expires: "2026-11-27",
    policy: "v1",
    custody: "2:0123456789ab",
    cost: "about 12.00 US dollars",
    rescope: "Instead:\nFrom: 2026-11-16T00:00:00Z",
    auditEvents: [{ eventType: "deploy_key_added", kind: "saved", answer: "seen now" }],
  },
  "notes/policy-preview": {
    headline: "Past verdicts that flip: 1",
    faults: ["policies/routing.yaml:9:1 rules[0].require is no expression"],
    moreFaults: 2,
    parts: [
      {
        title: "Past requests: 12",
        flips: 1,
        kinds: [
          { what: "accept, sirt → accept, support (route)", count: 1, cases: "IR-2026-0042" },
        ],
        load: [{ team: "sirt", before: 1, after: 0 }],
      },
      { title: "The same: 12", flips: 0, kinds: [], load: [] },
    ],
    unreadable: 3,
    inputs: "0123456789abcdef",
  },
  "issues/gap": {
    eventType: "deploy_key_added",
    notRecorded: true,
    streamOnly: true,
    outOfView: true,
    category: "Access",
    demand: 3,
    kinds: [
      { what: "not recorded", count: 1 },
      { what: "streamed only", count: 2 },
    ],
  },
  "notes/gap-shipped": { eventType: "deploy_key_added", answer: "saved, since GitLab 16.10" },
  "merge-requests/review": {
    id: "IR-2026-0042",
    issue: "#42",
    verdictLine: "accept",
    account: "acme-corp",
    window: "two days",
    resources: ["acme-corp/payments"],
    eventTypes: ["deploy_key_added"],
    roles: [{ name: "Legal", state: "may still approve", people: ["lena"] }],
    hold: ["the branch moved"],
    reviewers: ["@sec/legal"],
    artefact: {
      complete: true,
      missing: ["2026-11-17"],
      sources: [
        {
          source: "application",
          scanned: 1,
          matched: 1,
          released: 1,
          withheld: 0,
          quarantined: 0,
        },
      ],
      reasons: [{ reason: "SECRET", values: 1, withheld: 1, quarantined: 0 }],
      gate: [{ check: "G1 schema", result: "ok" }],
      sha256: "e".repeat(64),
      root: "c".repeat(64),
      requestSha256: "a".repeat(64),
      policySha256: "b".repeat(64),
      package: "IR-2026-0042/eeeeeeeeeeee",
      openWith: "age -d -i key.txt rows.ndjson.age",
      fields: [{ field: "meta.caller_id", kept: 1, pseudonymised: 0, removed: 0 }],
    },
  },
};

/** Where the texts of a view are. Addresses and mentions are not: their helpers take nothing else. */
function slots(value: unknown, path: readonly (string | number)[] = []): (string | number)[][] {
  if (typeof value === "string") return /^(?:https:|@)/.test(value) ? [] : [[...path]];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => slots(inner, [...path, key]));
}

function withText(view: object, path: readonly (string | number)[], text: string): object {
  const copy = structuredClone(view) as Record<string | number, unknown>;
  let place: Record<string | number, unknown> = copy;
  for (const key of path.slice(0, -1)) place = place[key] as Record<string | number, unknown>;
  place[path.at(-1) ?? ""] = text;
  return copy;
}

/** What the sandbox sees act in a text. Its tags are told in the order they stand in, its other finds as they are. */
const effects = (markdown: string) => {
  const { other, ...rest } = live(markdown);
  // The sandbox takes a footnote definition inside a fence for a live one.
  return { ...rest, other: other.filter((what) => what !== "footnote") };
};

describe.each(Object.entries(VIEWS))("%s", (template, view) => {
  const plain = render(template, view);
  test("passes with plain words, and means only its mention and links", () => {
    expect(actsIn(plain, ALLOWED)).toEqual([]);
    const { mentions, links, html, ...rest } = effects(plain);
    expect(Object.values(rest).flat()).toEqual([]);
    for (const mention of mentions) expect(mention).toBe("@sec/legal");
    for (const link of links) expect(link).toContain(URL_BASE);
    for (const tag of html) expect(tag).toMatch(/^<\/?(?:details|summary)>$/);
  });
  test.each(slots(view).map((path) => [path.join("."), path] as const))(
    "holds every injection in %s",
    (_, path) => {
      for (const text of texts) {
        const shown = render(template, withText(view, path, text));
        expect([text, actsIn(shown, ALLOWED)]).toEqual([text, []]);
        expect([text, effects(shown)]).toEqual([text, effects(plain)]);
      }
    },
  );
});
