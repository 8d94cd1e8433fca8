import { expect, test } from "vitest";
import {
  currentArtefact,
  heldAfterRelease,
  isHandedOver,
  isReleased,
  stageOf,
} from "../../../scripts/domain/information-request/lifecycle.ts";
import type { Observation } from "../../../scripts/domain/information-request/observation.ts";
import { manifest, mergeRequest, observation, stored } from "./observation.ts";

const RELEASE = { verdict: "release", reasons: [], roles: [] } as const;
const HOLD = { verdict: "hold", reasons: ["Legal is missing"], roles: [] } as const;
const verdict = (more: Partial<Observation["verdict"]>): Partial<Observation> => ({
  verdict: { ...observation().verdict, ...more },
});
const COUNTS = { rule: "lane", ok: true, reason: "", measured: "aggregate", clause: "" };
const HANDED_OVER = {
  custody: {
    ...observation().custody,
    entries: [
      { seq: 1, at: "2026-11-20T12:00:00Z", event: "hand-over", data: {}, prev: "", hash: "" },
    ],
  },
} as const;

test.each<[string, Partial<Observation>, string]>([
  ["an incomplete form", { request: null }, "intake"],
  [
    "a merge request closed by hand",
    { mergeRequest: mergeRequest({ state: "closed" }) },
    "withdrawn",
  ],
  ["an exception", verdict({ verdict: "needs-info", route: "legal" }), "routing"],
  ["a rejected request", verdict({ verdict: "reject", route: null }), "eligibility"],
  ["an accepted request", {}, "log-dive"],
  [
    "an artefact of an older request",
    {
      collected: [stored({ manifest: manifest({ request: { id: "x", sha256: "0".repeat(64) } }) })],
    },
    "log-dive",
  ],
  [
    "a merged request whose artefact is gone",
    { mergeRequest: mergeRequest({ state: "merged" }) },
    "review",
  ],
  [
    "rows where the verdict allows counts alone",
    { collected: [stored()], ...verdict({ findings: [COUNTS] }) },
    "log-dive",
  ],
  [
    "counts where the verdict allows counts alone",
    {
      collected: [stored({ manifest: manifest({ lane: "aggregate" }) })],
      ...verdict({ findings: [COUNTS] }),
    },
    "review",
  ],
  ["an artefact", { collected: [stored()], release: HOLD }, "review"],
  ["an artefact nobody has judged", { collected: [stored()] }, "review"],
  ["a released artefact", { collected: [stored()], release: RELEASE }, "hand-over"],
  ["a request on record as handed over", { ...HANDED_OVER, request: null }, "hand-over"],
])("%s is in its stage", (_, more, stage) => {
  expect(stageOf(observation(more))).toBe(stage);
});

const MERGED = { collected: [stored()], mergeRequest: mergeRequest({ state: "merged" }) };
const held = (artefact: string, reason: string | number): Observation["custody"] => ({
  ...observation().custody,
  entries: [
    {
      seq: 1,
      at: "2026-11-20T12:00:00Z",
      event: "hold",
      data: { artefact_sha256: artefact, reason },
      prev: "",
      hash: "",
    },
  ],
});

test.each<[string, Partial<Observation>, readonly string[]]>([
  ["before the merge", { collected: [stored()], release: HOLD }, []],
  ["while it is still released", { ...MERGED, release: RELEASE }, []],
  ["before there was a release to judge", MERGED, []],
  ["once it is handed over", { ...MERGED, ...HANDED_OVER, release: HOLD }, []],
  ["when the gate closed again", { ...MERGED, release: HOLD }, ["Legal is missing"]],
  [
    "when the artefact was found changed",
    { ...MERGED, release: RELEASE, custody: held("e".repeat(64), "rows.ndjson is another") },
    ["rows.ndjson is another"],
  ],
  [
    "of another artefact",
    { ...MERGED, custody: held("f".repeat(64), "rows.ndjson is another") },
    [],
  ],
  ["without words", { ...MERGED, custody: held("e".repeat(64), 1) }, []],
  [
    "without an artefact",
    {
      mergeRequest: mergeRequest({ state: "merged" }),
      custody: held("f".repeat(64), "x"),
      release: HOLD,
    },
    ["Legal is missing"],
  ],
])("what holds a release %s", (_, more, reasons) => {
  expect(heldAfterRelease(observation(more))).toEqual(reasons);
});

test("the newest artefact for the request as it stands counts", () => {
  const newer = stored({ id: 2 });
  expect(currentArtefact(observation({ collected: [newer, stored()] }))).toBe(newer);
  expect(currentArtefact(observation())).toBeNull();
});

test("release and hand-over are facts of their own", () => {
  expect(isReleased(observation({ release: RELEASE }))).toBe(true);
  expect(isReleased(observation({ release: HOLD }))).toBe(false);
  expect(isHandedOver(observation(HANDED_OVER))).toBe(true);
  expect(isHandedOver(observation())).toBe(false);
});
