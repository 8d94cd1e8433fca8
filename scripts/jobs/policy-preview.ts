// Job `policy-preview`: keeps one comment on every merge request that changes policies: which past verdicts it would flip.
import type { MergeRequest } from "../domain/forge.ts";
import { keepNote } from "../domain/information-request/kept-note.ts";
import { markerOf } from "../domain/note-marker.ts";
import type { Plan } from "../domain/plan.ts";
import { impactOf } from "../domain/policy/impact.ts";
import {
  isPreviewed,
  previewPlace,
  previewView,
  touchedPolicies,
} from "../domain/policy/preview.ts";
import type { TrackerJob, World } from "../world.ts";

export const job: TrackerJob = {
  kind: "tracker",
  plan: async (world) => {
    const { path, defaultBranch } = world.tracker;
    const open = await world.forge.ownMergeRequests(path, defaultBranch);
    const plans = await Promise.all(open.map((one) => planOne(world, one)));
    return plans.flat();
  },
};

async function planOne(world: World, { iid }: MergeRequest): Promise<Plan> {
  const { forge, tracker, policies, digest, now } = world;
  const { changedPaths, mergeRequest } = await forge.mergeRequestDetail(tracker.path, iid);
  const touched = touchedPolicies(changedPaths);
  if (touched.length === 0) return [];
  const marker = markerOf(previewPlace(tracker.id, iid), world.sign);
  const notes = await forge.mergeRequestNotes(tracker.path, iid);
  // The same question once a day: past requests grow, and reading them takes a call each.
  const inputs = digest(`${mergeRequest.sha} ${policies.sha256} ${now.slice(0, 10)}`).slice(0, 16);
  if (isPreviewed(notes, world.bot.id, marker, inputs)) return [];
  const changed = await Promise.all(
    touched.map(async (name) => {
      const file = await forge.file(tracker.path, `policies/${name}`, mergeRequest.sha);
      return [name, file?.content ?? null] as const;
    }),
  );
  const reading = await world.policiesWith(new Map(changed));
  const past = await world.pastRequests();
  const head = reading.ok ? reading.policies : reading.untested;
  const impact = head === undefined ? null : impactOf(past.requests, policies, head);
  const faults = reading.ok ? [] : reading.errors;
  const body = world.render("notes/policy-preview", previewView(impact, past, faults, inputs));
  return keepNote({ mergeRequest: iid }, notes, world.bot.id, marker, body);
}
