// What a job may see: one reading of GitLab, the policies and the time, as values. A job changes nothing; it returns steps.
import type { EventTypeCatalogue } from "./domain/event-type.ts";
import type { Project, User } from "./domain/forge.ts";
import type { Digest } from "./domain/information-request/custody.ts";
import type { Observation, StoredArtefact } from "./domain/information-request/observation.ts";
import type { Steps } from "./domain/information-request/steps.ts";
import type { LogProfile } from "./domain/log-profile.ts";
import type { Sign } from "./domain/note-marker.ts";
import type { Plan } from "./domain/plan.ts";
import type { Past } from "./domain/policy/impact.ts";
import type { Policies, PoliciesReading } from "./domain/policy/policies.ts";
import type { Accounts } from "./ports/accounts.ts";
import type { Collector } from "./ports/collector.ts";
import type { ForgeReader, ProjectRef } from "./ports/forge.ts";

type Sealed = { readonly directory: string; readonly files: readonly string[] };

export type World = {
  /** RFC 3339 instant at which the run began; the only clock there is. */
  readonly now: string;
  readonly bot: User;
  readonly tracker: Project;
  readonly gapProject: ProjectRef;
  readonly artefactProject: Project;
  readonly forge: ForgeReader;
  readonly accounts: Accounts;
  readonly policies: Policies;
  /** Log profiles by source; read once, when first asked for. */
  readonly profiles: () => Promise<ReadonlyMap<string, LogProfile>>;
  /** Read once, when first asked for. */
  readonly eventTypes: () => Promise<EventTypeCatalogue>;
  /** The policies with these files of `policies/` in place of the run's own, by name; null = the file is gone. Read as data. */
  readonly policiesWith: (changed: ReadonlyMap<string, string | null>) => Promise<PoliciesReading>;
  /** The newest past requests, read once; the custody branch keeps them without names and texts. */
  readonly pastRequests: () => Promise<Past>;
  readonly digest: Digest;
  /** Signs the marker of what the bot writes; null where the run has no key for it. */
  readonly sign: Sign;
  readonly render: (template: string, view: object) => string;
  /** Runs log-dives; only job log-dive asks for it, and only its environment can give it. */
  readonly collector: () => Promise<Collector>;
  /** Opens a released artefact, verifies every byte against its manifest, and seals it for hand-over. */
  readonly sealForHandOver: (artefact: StoredArtefact) => Promise<Sealed>;
};

/** A job of one request: called for each request that the run observed. `before` = the steps of the jobs before it in this run. */
export type RequestJob = {
  readonly kind: "request";
  readonly plan: (
    seen: Observation,
    world: World,
    before: readonly Steps[],
  ) => Promise<Steps> | Steps;
};
/** A job of the tracker as a whole. `say` prints for people who read the job log: numbers and counts, no text of an issue. */
export type TrackerJob = {
  readonly kind: "tracker";
  readonly plan: (world: World, say: (line: string) => void) => Promise<Plan> | Plan;
};
export type Job = RequestJob | TrackerJob;
