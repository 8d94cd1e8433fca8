// Where log lines come from: plan first (what would be read), then pull the candidate lines.

import type { Scope } from "../domain/information-request/scope.ts";
import type { LogProfile } from "../domain/log-profile.ts";

/** One object of the archive (a file, an index, a table partition) of one source and day. */
export type Partition = {
  readonly source: string;
  /** UTC day, `YYYY-MM-DD`. */
  readonly day: string;
  readonly object: string;
  readonly bytes: number;
  /** What changes whenever the object does, its time of change say; absent where the store does not tell. */
  readonly version?: string;
};
export type DivePlan = {
  readonly kind: string;
  /** What is asked, in the store's own language, and its parameters: goes into the manifest. */
  readonly query: string;
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly partitions: readonly Partition[];
  /** Days of the window with no object, by source. */
  readonly missing: ReadonlyMap<string, readonly string[]>;
};
/** One line as it lies in the store. */
export type LogLine = {
  readonly partition: Partition;
  /** 1-based line number in the object. */
  readonly line: number;
  /** The bytes without the line end. */
  readonly bytes: Uint8Array;
  /** True when the line was too long to be held: `bytes` is its beginning, it cannot be judged. */
  readonly cut?: boolean;
};
export type PartitionEnd = {
  readonly partition: Partition;
  /** Lines of the object in all, candidates or not. */
  readonly scanned: number;
  /** Why the object could not be read to its end; null = it was. */
  readonly broken: string | null;
};
export type LogStore = {
  readonly plan: (scope: Scope, profiles: readonly LogProfile[]) => Promise<DivePlan>;
  /**
   * Candidate lines of one partition, in order. A sound prefilter may leave out lines that cannot match;
   * whatever cannot be judged without parsing is handed on. Ends with the counts as the return value.
   */
  readonly pull: (
    partition: Partition,
    scope: Scope,
    profile: LogProfile,
    signal: AbortSignal,
  ) => AsyncGenerator<LogLine, PartitionEnd>;
  /** Says which partitions of the plan will be pulled, in order, where that is not all of them. */
  readonly only?: (partitions: readonly Partition[]) => void;
  /** Says whom to tell, now and then, how many bytes of a partition were read so far; a store that knows no bytes has none of it. */
  readonly watch?: (told: (partition: Partition, bytes: number) => void) => void;
  /** The directory of a store over files, which other threads can open for themselves. */
  readonly directory?: string;
  /** Ends what the store reads ahead of being asked; called when no more partitions will be. */
  readonly close?: () => Promise<void>;
};
