import { createHmac } from "node:crypto";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { signWith } from "../../scripts/adapters/marker-key.ts";
import {
  isSigned,
  type MarkedPlace,
  markerOf,
  ownIssues,
  ownNotes,
  withMarker,
} from "../../scripts/domain/note-marker.ts";

const BOT = 7;
const KEY = "k".repeat(32);
const PLACE: MarkedPlace = { project: 1, kind: "note", parent: 42, tag: "status" };
const marker = markerOf(PLACE, signWith(KEY));
const note = (id: number, body: string, author = BOT) => ({ id, body, author: { id: author } });

test("the marker is the hidden first line of a text, signed for its place", () => {
  const hmac = createHmac("sha256", KEY).update("1|note|42|status").digest("hex");
  expect(withMarker(marker, "Hello")).toBe(
    `<!-- seclog:v1 status ${hmac.slice(0, 16)} -->\n\nHello`,
  );
});

test("without a key the marker is the unsigned one, which a key later adopts and signs", () => {
  const bare = markerOf(PLACE, signWith(undefined));
  expect(bare.line).toBe(bare.unsigned);
  const text = withMarker(bare, "Hello");
  expect(isSigned(text, bare)).toBe(true);
  expect(isSigned(text, marker)).toBe(false);
  const author = { id: 6 };
  const signed = { id: 1, body: withMarker(marker, "Hello"), author };
  const plain = { id: 2, body: text, author };
  expect(ownNotes([plain, signed], 6, bare)).toEqual([signed, plain]);
  expect(ownNotes([plain, signed], 6, marker)).toEqual([signed, plain]);
});

test("while the key is changed, what the old one signed is known again and is signed anew", () => {
  const next = "n".repeat(32);
  const changing = markerOf(PLACE, signWith(`${next},${KEY}`));
  expect(changing.line).toBe(markerOf(PLACE, signWith(next)).line);
  const old = note(1, withMarker(marker, "Hello"));
  expect(ownNotes([old], BOT, changing)).toEqual([old]);
  expect(isSigned(old.body, changing)).toBe(false);
  const late = note(2, withMarker(changing, "Hello"));
  expect(ownNotes([late, old], BOT, changing)).toEqual([old, late]);
  expect(ownNotes([late], BOT, markerOf(PLACE, signWith(next)))).toEqual([late]);
});

test.each(["", "a b", "a--b", "a>", "-a", "a-", "a\nb", "--> /close"])(
  "refuses the tag %j",
  (tag) => {
    expect(() => markerOf({ ...PLACE, tag }, signWith(KEY))).toThrow(RangeError);
  },
);

test("whatever stands below it, the bot knows its text again, also as GitLab stores it", async () => {
  await fc.assert(
    fc.property(fc.string(), (body) => {
      const marked = withMarker(marker, body);
      expect(isSigned(marked, marker)).toBe(true);
      expect(ownNotes([note(1, marked.replaceAll("\n", "\r\n"))], BOT, marker)).toHaveLength(1);
    }),
  );
});

const elsewhere = (more: Partial<MarkedPlace>): string =>
  markerOf({ ...PLACE, ...more }, signWith(KEY)).line;
test.each([
  ["another author", withMarker(marker, "x"), 8],
  ["not on the first line", `\n${withMarker(marker, "x")}`, BOT],
  ["text after it on the line", `${marker.line} x`, BOT],
  ["another signature", "<!-- seclog:v1 status 0123456789abcdef -->", BOT],
  ["another tag", elsewhere({ tag: "status-2" }), BOT],
  ["the tag with the signature of another", marker.line.replace("status", "gap"), BOT],
  ["a note of another issue", elsewhere({ parent: 43 }), BOT],
  ["a note of another project", elsewhere({ project: 2 }), BOT],
  ["another kind of object", elsewhere({ kind: "issue" }), BOT],
  ["another key", markerOf(PLACE, signWith("j".repeat(32))).line, BOT],
  ["another tag, unsigned", "<!-- seclog:v1 status-2 -->", BOT],
])("does not take for its own: %s", (_why, body, author) => {
  expect(ownNotes([note(1, body, author)], BOT, marker)).toEqual([]);
});

test("an unsigned marker of the bot is adopted, and is not signed", () => {
  const body = "<!-- seclog:v1 status -->\n\nx";
  expect(ownNotes([note(1, body), note(2, body, 8)], BOT, marker)).toEqual([note(1, body)]);
  expect(isSigned(body, marker)).toBe(false);
});

test("of several the lowest id comes first, wherever it is listed", () => {
  const notes = [9, 3, 5].map((id) => note(id, `${marker.line}\r\n\r\nx`));
  expect(ownNotes(notes, BOT, marker).map(({ id }) => id)).toEqual([3, 5, 9]);
});

test("issues are known by the first line of their description", () => {
  const issue = { id: 4, description: withMarker(marker, "y"), author: { id: BOT } };
  expect(ownIssues([issue, { ...issue, description: "y" }], BOT, marker)).toEqual([issue]);
});
