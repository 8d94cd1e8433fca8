import { expect, test } from "vitest";
import type { Note } from "../../../scripts/domain/forge.ts";
import { keepNote } from "../../../scripts/domain/information-request/kept-note.ts";
import { markerOf } from "../../../scripts/domain/note-marker.ts";
import type { Impact } from "../../../scripts/domain/policy/impact.ts";
import {
  isPreviewed,
  previewPlace,
  previewView,
  touchedPolicies,
} from "../../../scripts/domain/policy/preview.ts";

const LOAD = { support: 0, sirt: 0, legal: 0, "needs-info": 0, reject: 0 };
const flip = (name: string): Impact["flips"][number] => ({
  name,
  from: { verdict: "accept", route: "sirt", lane: "rows" },
  to: { verdict: "accept", route: "support", lane: "rows" },
  rules: ["route"],
});
const none = { requests: [], unreadable: [] };
const fault = (line: number) => ({
  file: "policies/lane.yaml",
  line,
  column: 1,
  key: "rules",
  message: "is missing",
});

test("only what lies below policies/ is a policy", () => {
  expect(touchedPolicies(["docs/policies/a.md", "policies/lane.yaml", "policies"])).toEqual([
    "lane.yaml",
  ]);
});

test("counts and ids of requests, never another name", () => {
  const names = Array.from({ length: 25 }, (_, at) => `IR-2026-${1000 + at}`);
  const impact: Impact = {
    requests: 30,
    flips: [...names, "acme-corp"].map(flip),
    load: { base: { ...LOAD, sirt: 26 }, head: { ...LOAD, support: 26 } },
    newest: { flips: [], load: { base: LOAD, head: LOAD } },
  };
  const past = { requests: [], unreadable: [{ name: "acme", message: "is not JSON" }] };
  const view = previewView(impact, past, [], "0011");
  expect(view).toMatchObject({
    headline: "Past verdicts that flip: 26",
    unreadable: 1,
    faults: [],
  });
  expect(view.parts).toEqual([
    {
      title: "Past requests, each by the limits of its day of filing: 30",
      flips: 26,
      kinds: [
        {
          what: "accept, sirt → accept, support (route)",
          count: 26,
          cases: `${names.slice(0, 20).join(", ")}, and 6 more`,
        },
      ],
      load: [
        { team: "support", before: 0, after: 26 },
        { team: "sirt", before: 26, after: 0 },
      ],
    },
    {
      title: "The same, if all were filed under the newest limits",
      flips: 0,
      kinds: [],
      load: [],
    },
  ]);
  expect(JSON.stringify(view)).not.toContain("acme");
});

test("one flip shows its id alone", () => {
  const impact: Impact = {
    requests: 1,
    flips: [flip("IR-2026-0042")],
    load: { base: LOAD, head: LOAD },
    newest: null,
  };
  expect(previewView(impact, none, [], "0011").parts[0]?.kinds[0]?.cases).toBe("IR-2026-0042");
});

test("faults stand with their place, with and without a policy that runs", () => {
  const faults = Array.from({ length: 23 }, (_, at) => fault(at + 1));
  const broken = previewView(null, none, faults, "0011");
  expect(broken).toMatchObject({
    headline: "The policies of this merge request cannot be read",
    moreFaults: 3,
    parts: [],
  });
  expect(broken.faults).toHaveLength(20);
  expect(broken.faults[0]).toBe("policies/lane.yaml:1:1 rules is missing");
  const empty = { requests: 0, flips: [], load: { base: LOAD, head: LOAD }, newest: null };
  expect(previewView(empty, none, [], "").headline).toBe("No past verdict flips");
  expect(previewView(empty, none, [fault(1)], "")).toMatchObject({
    headline: "No past verdict flips; validate refuses the change",
    moreFaults: 0,
  });
});

const BOT = { id: 10, username: "seclog-bot", name: "", state: "active", bot: true };
const note = (id: number, body: string, author = BOT): Note => ({
  id,
  body,
  author,
  system: false,
  internal: false,
  createdAt: "",
  updatedAt: "",
});
const marker = markerOf(previewPlace(1, 7), () => ["0123456789abcdef"]);

test("the comment is made, kept, rewritten, and left alone of its doubles", () => {
  const body = "Nothing flips. Reading `0011`.\n";
  const [made, ...more] = keepNote({ mergeRequest: 7 }, [], BOT.id, marker, body);
  expect(more).toEqual([]);
  expect(made).toMatchObject({ kind: "write-merge-request-note", mergeRequest: 7, note: null });
  const text = made?.kind === "write-merge-request-note" ? made.body : "";
  const standing = note(3, text);
  expect(keepNote({ mergeRequest: 7 }, [standing], BOT.id, marker, body)).toEqual([]);
  expect(
    keepNote({ mergeRequest: 7 }, [standing, note(5, text)], BOT.id, marker, "New.\n"),
  ).toMatchObject([
    { kind: "write-merge-request-note", note: 3 },
    { kind: "delete-merge-request-note", mergeRequest: 7, note: 5 },
  ]);
  const stranger = note(2, text, { ...BOT, id: 99 });
  expect(isPreviewed([standing, stranger], BOT.id, marker, "0011")).toBe(true);
  expect(isPreviewed([stranger], BOT.id, marker, "0011")).toBe(false);
  expect(isPreviewed([standing], BOT.id, marker, "0022")).toBe(false);
  expect(isPreviewed([standing, note(5, text)], BOT.id, marker, "0011")).toBe(false);
});
