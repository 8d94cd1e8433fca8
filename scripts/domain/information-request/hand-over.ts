// Hand-over: the released artefact is sealed anew for the people who talk to the customer; what has expired is destroyed, with a receipt.
import { Temporal } from "temporal-polyfill";
import type { Package } from "../forge.ts";
import type { Action } from "../plan.ts";
import { currentArtefact, isReleased } from "./lifecycle.ts";
import { formatManifest } from "./manifest-file.ts";
import type { KeptArtefact, Observation, StoredArtefact } from "./observation.ts";
import { NOTHING, type Steps } from "./steps.ts";

/** Name of the generic package that holds the artefact of a request for its reviewers, and of the one for hand-over. */
export const collectedPackage = (id: string): string => id;
export const handedOverPackage = (id: string): string => `${id}-hand-over`;
/** The version of a package names the artefact by the first 12 digits of its digest. */
export const packageVersion = (artefactSha256: string): string => artefactSha256.slice(0, 12);

/** The artefact that is due for hand-over now: released at this moment, and not there yet. */
export function dueForHandOver(seen: Observation): StoredArtefact | null {
  const artefact = currentArtefact(seen);
  if (artefact === null || !isReleased(seen)) return null;
  const there = seen.handedOver.some((done) => done.version === artefact.version);
  return there ? null : artefact;
}

/** `sealed` is the artefact encrypted for hand-over; null when nothing was due. */
export function planHandOver(
  seen: Observation,
  sealed: { readonly directory: string; readonly files: readonly string[] } | null,
  artefactProject: string,
): Steps {
  const artefact = currentArtefact(seen);
  if (artefact === null || !isReleased(seen)) return NOTHING;
  const publish: readonly Action[] =
    sealed === null
      ? []
      : [
          {
            kind: "publish-package",
            project: artefactProject,
            name: handedOverPackage(seen.id),
            version: artefact.version,
            ...sealed,
          },
        ];
  return {
    actions: publish,
    records: [
      {
        event: "hand-over",
        data: {
          artefact_sha256: artefact.manifest.artefact.sha256,
          head_sha: seen.mergeRequest?.mergeRequest.sha ?? "",
          expires_at: artefact.manifest.expires_at,
        },
      },
    ],
  };
}

/** The stored artefact is not the one that was approved. The message names the file, never what is in it. */
export class ArtefactChanged extends Error {
  override readonly name = "ArtefactChanged";
}

/** Nothing is handed over: the reason goes on record, from where the reviewers' page and the comment tell it, and the run is red. */
export function holdHandOver({ manifest }: StoredArtefact, { message }: ArtefactChanged): Steps {
  return {
    actions: [],
    records: [
      { event: "hold", data: { artefact_sha256: manifest.artefact.sha256, reason: message } },
    ],
    faults: [message],
  };
}

/** Whether an artefact's time is over. `now`: RFC 3339. */
export const isExpired = ({ manifest }: KeptArtefact, now: string): boolean =>
  Temporal.Instant.compare(manifest.expires_at, now) <= 0;

const ABANDONED_AFTER = { hours: 24 };

/** Whether an upload has ended without its manifest or receipt: nothing came for a day. `dates`: of the package and its files, RFC 3339. */
export const isAbandoned = (dates: readonly string[], now: string): boolean => {
  const limit = Temporal.Instant.from(now).subtract(ABANDONED_AFTER);
  return dates.every((date) => Temporal.Instant.compare(date, limit) <= 0);
};

/**
 * Artefacts in whose place a newer one stands. Only once the newer one's manifest is in the merge request: an upload that
 * nobody has taken up yet may not cost the artefact that people approved.
 */
function superseded(seen: Observation): readonly StoredArtefact[] {
  const current = currentArtefact(seen);
  if (current === null || seen.manifestFile?.content !== formatManifest(current.manifest))
    return [];
  return seen.collected.filter(({ id }) => id < current.id);
}

/**
 * Deletes every package of the request whose artefact has expired or was superseded, and uploads that never ended. The
 * custody entry is the destruction receipt; it names each package once, by its number too, and stands before the deletion:
 * a run that breaks off between the two deletes what is left, while the other order would lose the receipt.
 */
export function planDestruction(seen: Observation, artefactProject: string): Steps {
  const artefacts: readonly KeptArtefact[] = [...seen.expired, ...superseded(seen)];
  const packages: readonly Pick<Package, "id" | "name" | "version">[] = [
    ...artefacts,
    ...seen.unfinished,
  ];
  const told = receipted(seen);
  const untold = packages.filter((item) => !told.has(receiptLine(item)));
  const digests = artefacts
    .filter((item) => !told.has(receiptLine(item)))
    .map(({ manifest }) => manifest.artefact.sha256);
  return {
    actions: packages.map(({ id, name, version }) => ({
      kind: "delete-package",
      project: artefactProject,
      package: id,
      name,
      version,
    })),
    records: [],
    announced:
      untold.length === 0
        ? []
        : [
            {
              event: "destruction",
              data: { packages: untold.map(receiptLine), artefacts: [...new Set(digests)] },
            },
          ],
  };
}

/** `IR-2026-0042/055c66fc307c#7`: a package that is made anew under the same name has another number. */
const receiptLine = ({ id, name, version }: Pick<Package, "id" | "name" | "version">): string =>
  `${name}/${version}#${id}`;

const receipted = ({ custody }: Observation): ReadonlySet<unknown> =>
  new Set(
    custody.entries
      .filter(({ event }) => event === "destruction")
      .flatMap(({ data }) => data["packages"]),
  );
