import { afterAll, beforeAll, expect, test } from "vitest";
import { buildRig, type Rig, type Scene } from "./faults/rig.ts";
import { STORIES } from "./faults/story.ts";
import { restoreSnapshot } from "./sandbox/snapshot.ts";

/** One kind of question, asked by one job: where it is first asked in the life of a request. */
type Reading = { readonly job: string; readonly shape: string; readonly scene: Scene };

let rig: Rig;
let readings: readonly Reading[];
beforeAll(async () => {
  rig = await buildRig();
  const seen = new Map<string, Reading>();
  const scenes = await rig.scenes(STORIES.filter(({ name }) => name !== "two"));
  for (const scene of scenes) {
    for (const { method, target } of scene.calls) {
      if (method !== "GET") continue;
      const shape = shapeOf(target);
      const key = `${scene.job.name} ${shape}`;
      // The latest moment of a life is the one at which most depends on the answer.
      seen.set(key, { job: scene.job.name, shape, scene });
    }
  }
  readings = [...seen.values()];
}, 300_000);
afterAll(() => rig.close());

/** The path without what differs from object to object. */
const shapeOf = (target: string): string =>
  (target.split("?")[0] ?? "")
    .replace(/\/projects\/[^/]+/, "/projects/:project")
    .replace(/\/groups\/[^/]+/, "/groups/:group")
    .replace(/\/(issues|merge_requests|users|packages)\/\d+/, "/$1/:id")
    .replace(/\/branches\/[^/]+/, "/branches/:branch")
    .replace(/\/packages\/generic\/[^/]+\/[^/]+/, "/packages/generic/:package");

/** As a pattern on the path, for all objects of the shape. */
const patternOf = (shape: string): string =>
  `^${shape
    .replace(/[.*+?^${}()|[\]\\]/g, "\\$&")
    .replace(/:(?:project|group|id|branch)\b/g, "[^/?]+")
    .replace(/:package\b/g, "[^/?]+/[^/?]+")}(?:\\?|$)`;

const KINDS = [
  { kind: "status", status: 403, body: { message: "403 Forbidden" } },
  { kind: "login-page" },
  { kind: "empty" },
  { kind: "html-error", status: 500 },
] as const;

const NEED_NOT_BE_READABLE: ReadonlySet<string> = new Set([
  "/api/v4/personal_access_tokens/self",
  "/api/v4/projects/:project/variables",
]);

async function spoil(fault: object): Promise<void> {
  const answer = await fetch(`${rig.stage.sandbox.url}/-/sandbox/faults`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(fault),
  });
  if (!answer.ok) throw new Error(await answer.text());
}

test("every reading of every job, refused or spoiled: a failed item, and not one write", {
  timeout: 600_000,
}, async () => {
  const { state } = rig.stage.sandbox;
  const faults: string[] = [];
  let cases = 0;
  for (const { job, shape, scene } of readings) {
    for (const kind of KINDS) {
      restoreSnapshot(state, scene.before);
      state.setClock(scene.now);
      const before = state.writes.length;
      await spoil({ match: { method: "GET", path: patternOf(shape) }, times: null, ...kind });
      const { failures } = await rig.run(scene.job, scene.now);
      const [struck] = state.faults;
      state.faults = [];
      cases += 1;
      // A bot below Maintainer may not read these settings: the run goes on, and doctor names what it could not see.
      if (kind.kind === "status" && NEED_NOT_BE_READABLE.has(shape)) continue;
      const writes = state.writes.slice(before).map(({ method, path }) => `${method} ${path}`);
      if ((struck?.hits ?? 0) === 0) faults.push(`${job} ${shape} ${kind.kind}: was not struck`);
      if (failures.length === 0) faults.push(`${job} ${shape} ${kind.kind}: nothing was reported`);
      if (writes.length > 0)
        faults.push(`${job} ${shape} ${kind.kind}: wrote ${writes.join(", ")}`);
    }
  }
  process.stdout.write(`${readings.length} readings, ${cases} cases\n`);
  expect(faults).toEqual([]);
  expect(readings.length).toBeGreaterThan(30);
});
