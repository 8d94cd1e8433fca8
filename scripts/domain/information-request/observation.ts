// What one run sees of one request: plain values, read once, from which every stage decides.
import type { Issue, MergeRequestDetail, Note, Package, RepositoryFile, User } from "../forge.ts";
import type { CustodyEntry } from "./custody.ts";
import type { LegalReading } from "./legal-statement.ts";
import type { Manifest } from "./manifest.ts";
import type { InformationRequest } from "./request.ts";
import type { Release } from "./review.ts";
import type { DecisionInput } from "./situation.ts";
import type { Statement } from "./statement.ts";
import type { Verdict } from "./verdict.ts";

/** A package of the request's artefact in the artefact project, by its manifest. */
export type StoredArtefact = {
  readonly id: number;
  readonly name: string;
  readonly version: string;
  readonly manifest: Manifest;
  readonly manifestSha256: string;
};

/** The same as far as its end needs it: what was handed over may have a receipt in the place of its manifest. */
export type KeptArtefact = Pick<StoredArtefact, "id" | "name" | "version"> & {
  readonly manifest: Pick<Manifest, "expires_at" | "artefact">;
};

export type Observation = {
  readonly id: string;
  readonly issue: Issue;
  readonly bot: User;
  readonly notes: readonly Note[];
  /** What people said to seclog on the issue, oldest first. */
  readonly statements: readonly Statement[];
  /** Legal's decision on the exception that the request asks for, as the statements give it. */
  readonly legal: LegalReading;
  /** Null while the form is not whole; once the merge request is merged, the request that was merged. */
  readonly request: InformationRequest | null;
  readonly requestText: string | null;
  readonly requestSha256: string | null;
  readonly verdict: Verdict;
  /** What the verdict was made from; null where there was no request to judge. */
  readonly judged: DecisionInput | null;
  readonly branchHead: string | null;
  readonly mergeRequest: MergeRequestDetail | null;
  /** Other open merge requests of the bot on the same branch, by number. */
  readonly doubledMergeRequests: readonly number[];
  /** The two files of the request, as they stand on its branch, or at the merged head. */
  readonly requestFile: RepositoryFile | null;
  readonly manifestFile: RepositoryFile | null;
  /** Artefacts collected for this request that still exist, newest first. */
  readonly collected: readonly StoredArtefact[];
  readonly handedOver: readonly KeptArtefact[];
  /** Artefacts of either kind whose time is over: they count for nothing any more, and are to be destroyed. */
  readonly expired: readonly KeptArtefact[];
  /** Uploads that never ended: packages without manifest or receipt to which nothing was added for a day. */
  readonly unfinished: readonly Package[];
  readonly custody: {
    readonly text: string;
    readonly lastCommit: string | null;
    readonly branchStands: boolean;
    readonly entries: readonly CustodyEntry[];
  };
  /** The release gate's answer for the merge request as it stands; null before there is an artefact to release. */
  readonly release: Release | null;
};
