import * as fc from "fast-check";
import { expect, test } from "vitest";
import {
  bearsMarker,
  findOwn,
  findOwnIssue,
  markerLine,
  withMarker,
} from "../../scripts/domain/note-marker.ts";

const BOT = 7;
const note = (id: number, body: string, author = BOT) => ({ id, body, author: { id: author } });

test("the marker is the hidden first line of a text", () => {
  expect(withMarker("status", "Hello")).toBe("<!-- seclog:v1 status -->\n\nHello");
});

test.each(["", "a b", "a--b", "a>", "-a", "a-", "a\nb", "--> /close"])(
  "refuses the tag %j",
  (tag) => {
    expect(() => markerLine(tag)).toThrow(RangeError);
  },
);

test("a text that bears its marker stays as it is", async () => {
  await fc.assert(
    fc.property(fc.string(), (body) => {
      const marked = withMarker("gap/deploy_key_added", body);
      expect(withMarker("gap/deploy_key_added", marked)).toBe(marked);
      expect(bearsMarker(marked)).toBe(true);
      expect(findOwn([note(1, marked)], BOT, "gap/deploy_key_added")?.id).toBe(1);
    }),
  );
});

test.each([
  ["another author", [note(1, withMarker("status", "x"), 8)]],
  ["not on the first line", [note(1, `\n${withMarker("status", "x")}`)]],
  ["text after it on the line", [note(1, `${markerLine("status")} x`)]],
  ["another tag", [note(1, withMarker("status-2", "x"))]],
  ["no notes", []],
])("does not take for its own: %s", (_why, notes) => {
  expect(findOwn(notes, BOT, "status")).toBeNull();
});

test("of several the lowest id stays, wherever it is listed", () => {
  const notes = [9, 3, 5].map((id) => note(id, `${markerLine("status")}\r\n\r\nx`));
  expect(findOwn(notes, BOT, "status")?.id).toBe(3);
});

test("issues are known by the first line of their description", () => {
  const issue = { id: 4, description: withMarker("gap/x", "y"), author: { id: BOT } };
  expect(findOwnIssue([issue], BOT, "gap/x")).toBe(issue);
  expect(findOwnIssue([{ ...issue, description: "y" }], BOT, "gap/x")).toBeNull();
});

test.each(["hello", "<!-- other -->", " <!-- seclog:v1 a -->", ""])(
  "%j bears no marker",
  (text) => {
    expect(bearsMarker(text)).toBe(false);
  },
);
