import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import type { EventTypeCatalogue } from "../../../scripts/domain/event-type.ts";
import { gapPlace } from "../../../scripts/domain/information-request/gap.ts";
import {
  shippedGaps,
  shippedPlace,
} from "../../../scripts/domain/information-request/gap-shipped.ts";
import { keepNote } from "../../../scripts/domain/information-request/kept-note.ts";
import { markerOf, withMarker } from "../../../scripts/domain/note-marker.ts";
import { BOT, issue, user } from "./observation.ts";

const type = (
  name: string,
  more: Partial<EventTypeCatalogue["audit_events"][number]> = {},
): EventTypeCatalogue["audit_events"][number] => ({
  name,
  category: "Any",
  saved: true,
  streamed: true,
  scope: ["Group"],
  since: "18.6",
  ...more,
});
const CATALOGUE: EventTypeCatalogue = {
  apiVersion: "v1",
  kind: "event_type_catalogue",
  audit_events: [
    type("in_view"),
    type("streamed", { saved: false }),
    type("out_of_view", { scope: ["Instance"] }),
  ],
  log_events: ["error_500"],
};
const sign = (text: string) => [createHash("sha256").update(text).digest("hex").slice(0, 16)];
const context = { project: 5, botId: BOT.id, sign };
const filed = (eventType: string, more: Partial<ReturnType<typeof issue>> = {}) =>
  issue({
    id: 900,
    iid: 9,
    author: BOT,
    description: withMarker(markerOf(gapPlace(5, eventType), sign), "A gap.\n"),
    ...more,
  });

test("an open gap issue whose type is in view is found, with what the catalogue says", () => {
  expect(shippedGaps([filed("in_view")], CATALOGUE, context)).toEqual([
    {
      eventType: "in_view",
      issue: 9,
      answer: expect.stringMatching(/^saved, since GitLab 18\.6; group: Secure > Audit events/),
    },
  ]);
});

test.each([
  ["only streamed", [filed("streamed")]],
  ["saved where no owner sees it", [filed("out_of_view")]],
  ["not recorded", [filed("error_500")]],
  ["closed by a person", [filed("in_view", { state: "closed" })]],
  ["of somebody else", [filed("in_view", { author: user(99, "mallory") })]],
  [
    "signed for another project",
    [filed("in_view", { description: "<!-- seclog:v1 gap/in_view 0000000000000000 -->" })],
  ],
  [
    "a double of one that was closed",
    [filed("in_view", { id: 901, iid: 10 }), filed("in_view", { state: "closed" })],
  ],
  ["none at all", []],
] as const)("none is found that is %s", (_, issues) => {
  expect(shippedGaps(issues, CATALOGUE, context)).toEqual([]);
});

const GAP = { eventType: "in_view", issue: 9, answer: "saved" };
const marker = markerOf(shippedPlace(5, GAP), sign);
const note = (id: number, body: string) => ({
  id,
  body,
  author: BOT,
  system: false,
  internal: false,
  createdAt: "",
  updatedAt: "",
});
const place = { project: "sec/gaps", issue: 9 };
const keep = (notes: readonly ReturnType<typeof note>[], body = "now\n") =>
  keepNote(place, notes, BOT.id, marker, body);
const tag = "gap-shipped/in_view";

test("the comment is written once, edited where it differs, and never stands twice", () => {
  const body = withMarker(marker, "now\n");
  expect(keep([])).toEqual([{ kind: "write-note", ...place, tag, note: null, body }]);
  const standing = note(1, body.trimEnd());
  expect(keep([standing])).toEqual([]);
  expect(keep([standing], "later\n")).toMatchObject([{ kind: "write-note", note: 1 }]);
  expect(keep([note(2, body), standing])).toEqual([
    { kind: "delete-note", ...place, tag, note: 2 },
  ]);
});
