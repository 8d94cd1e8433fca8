import { expect, test } from "vitest";
import {
  ArtefactChanged,
  collectedPackage,
  dueForHandOver,
  handedOverPackage,
  holdHandOver,
  isAbandoned,
  isExpired,
  packageVersion,
  planDestruction,
  planHandOver,
} from "../../../scripts/domain/information-request/hand-over.ts";
import { formatManifest } from "../../../scripts/domain/information-request/manifest-file.ts";
import { manifest, mergeRequest, observation, stored } from "./observation.ts";

const RELEASED = {
  collected: [stored()],
  release: { verdict: "release", reasons: [], roles: [] },
  mergeRequest: mergeRequest(),
} as const;
const sealed = { directory: "/tmp/x", files: ["rows.ndjson.age", "manifest.json"] };

test("a released artefact is due once", () => {
  expect(dueForHandOver(observation(RELEASED))?.version).toBe("eeeeeeeeeeee");
  const there = { ...RELEASED, handedOver: [stored({ name: "IR-2026-0042-hand-over" })] };
  expect(dueForHandOver(observation(there))).toBeNull();
  expect(dueForHandOver(observation({ collected: [stored()] }))).toBeNull();
  expect(dueForHandOver(observation())).toBeNull();
});

test("an artefact that was changed is held, on record, and the run is red", () => {
  const fault = new ArtefactChanged("rows.ndjson is not the file that was approved");
  expect(holdHandOver(stored(), fault)).toEqual({
    actions: [],
    records: [{ event: "hold", data: { artefact_sha256: "e".repeat(64), reason: fault.message } }],
    faults: [fault.message],
  });
});

test("the hand-over publishes the package and is recorded", () => {
  const steps = planHandOver(observation(RELEASED), sealed, "sec/seclog");
  expect(steps.actions).toEqual([
    {
      kind: "publish-package",
      project: "sec/seclog",
      name: "IR-2026-0042-hand-over",
      version: "eeeeeeeeeeee",
      ...sealed,
    },
  ]);
  expect(steps.records).toMatchObject([
    { event: "hand-over", data: { head_sha: "1".repeat(40), expires_at: "2026-11-27T11:00:00Z" } },
  ]);
});

test("a package that stands already is only recorded; what is not released is neither", () => {
  const steps = planHandOver(observation({ ...RELEASED, mergeRequest: null }), null, "p");
  expect(steps.actions).toEqual([]);
  expect(steps.records).toMatchObject([{ event: "hand-over", data: { head_sha: "" } }]);
  expect(planHandOver(observation(), sealed, "p")).toEqual({ actions: [], records: [] });
  expect(planHandOver(observation({ collected: [stored()] }), sealed, "p").records).toEqual([]);
});

test("an artefact lives until the moment it expires", () => {
  expect(isExpired(stored(), "2026-11-27T10:59:59Z")).toBe(false);
  expect(isExpired(stored(), "2026-11-27T11:00:00Z")).toBe(true);
});

test("what has expired is destroyed, with a receipt", () => {
  expect(planDestruction(observation({ collected: [stored()] }), "p")).toEqual({
    actions: [],
    records: [],
    announced: [],
  });
  const expired = [stored(), stored({ id: 2, name: "IR-2026-0042-hand-over" })];
  const steps = planDestruction(observation({ expired }), "p");
  expect(steps.actions).toMatchObject([
    { kind: "delete-package", package: 1 },
    { kind: "delete-package", package: 2 },
  ]);
  expect(steps.records).toEqual([]);
  expect(steps.announced).toEqual([
    {
      event: "destruction",
      data: {
        packages: ["IR-2026-0042/eeeeeeeeeeee#1", "IR-2026-0042-hand-over/eeeeeeeeeeee#2"],
        artefacts: ["e".repeat(64)],
      },
    },
  ]);
});

test("what a run that broke off left behind is destroyed under the receipt that stands", () => {
  const [receipt] =
    planDestruction(observation({ expired: [stored(), other] }), "p").announced ?? [];
  const custody = {
    ...observation().custody,
    entries: [{ seq: 1, at: "", prev: "", hash: "", event: "destruction", data: {}, ...receipt }],
  } as const;
  expect(planDestruction(observation({ expired: [other], custody }), "p")).toMatchObject({
    actions: [{ kind: "delete-package", package: 2 }],
    announced: [],
  });
  const anew = stored({ id: 9 });
  expect(planDestruction(observation({ expired: [anew, other], custody }), "p")).toMatchObject({
    actions: [{ package: 9 }, { package: 2 }],
    announced: [{ data: { packages: ["IR-2026-0042/eeeeeeeeeeee#9"] } }],
  });
});
const other = stored({ id: 2, name: "IR-2026-0042-hand-over" });

test("an older artefact goes once the newer one's manifest is in the merge request, not before", () => {
  const newer = stored({
    id: 5,
    version: "ffffffffffff",
    manifest: manifest({ artefact: { sha256: "f".repeat(64) } }),
  });
  const collected = [newer, stored({ id: 3 })];
  const file = (content: string) => ({ path: "p", content, lastCommitId: "c", blobId: "b" });
  expect(planDestruction(observation({ collected }), "p").actions).toEqual([]);
  const approved = file(formatManifest(stored().manifest));
  expect(planDestruction(observation({ collected, manifestFile: approved }), "p").actions).toEqual(
    [],
  );
  const taken = observation({ collected, manifestFile: file(formatManifest(newer.manifest)) });
  expect(planDestruction(taken, "p")).toMatchObject({
    actions: [{ kind: "delete-package", package: 3 }],
    announced: [
      { data: { packages: ["IR-2026-0042/eeeeeeeeeeee#3"], artefacts: ["e".repeat(64)] } },
    ],
  });
});

test("an upload that never ended goes, named in the receipt", () => {
  const left = { id: 8, name: "IR-2026-0042", version: "aaaaaaaaaaaa", createdAt: "" };
  expect(planDestruction(observation({ unfinished: [left] }), "p")).toMatchObject({
    actions: [{ kind: "delete-package", package: 8 }],
    announced: [{ data: { packages: ["IR-2026-0042/aaaaaaaaaaaa#8"], artefacts: [] } }],
  });
  expect(isAbandoned(["2026-11-20T10:00:00Z"], "2026-11-21T10:00:00Z")).toBe(true);
  expect(
    isAbandoned(["2026-11-20T10:00:00Z", "2026-11-20T10:00:01Z"], "2026-11-21T10:00:00Z"),
  ).toBe(false);
});

test("packages have one name and name their artefact", () => {
  expect(collectedPackage("IR-2026-0042")).toBe("IR-2026-0042");
  expect(handedOverPackage("IR-2026-0042")).toBe("IR-2026-0042-hand-over");
  expect(packageVersion("0123456789abcdef")).toBe("0123456789ab");
});
