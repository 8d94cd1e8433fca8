/** Counts of a running log-dive: what became of every line and of every field. */
import type { FieldCounts } from "./artefact-summary.ts";
import type { SourceCounts } from "./manifest.ts";
import type { FieldTally } from "./redaction-result.ts";

/** The lines of one log source. */
export type SourceCounter = {
  readonly quarantined: (reason: string, lines?: number) => void;
  readonly withheld: (reason: string, lines?: number) => void;
  readonly released: (lines?: number) => void;
  /** An object was read: lines in all, and why not to the end (null = it was). */
  readonly objectRead: (object: string, lines: number, broken: string | null) => void;
  readonly counts: () => SourceCounts;
};

/**
 * @param objects what the plan holds of this source
 * @param missing days of the window without an object, `YYYY-MM-DD`
 */
export function sourceCounter(
  source: string,
  objects: readonly { readonly bytes: number }[],
  missing: readonly string[],
): SourceCounter {
  const quarantined = reasonCounter();
  const withheld = reasonCounter();
  const broken: { object: string; reason: string }[] = [];
  let released = 0;
  let scanned = 0;
  return {
    quarantined: quarantined.add,
    withheld: withheld.add,
    released: (lines = 1) => {
      released += lines;
    },
    objectRead: (object, lines, reason) => {
      scanned += lines;
      if (reason !== null) broken.push({ object, reason });
    },
    counts: () => {
      const matched = released + withheld.total();
      return {
        source,
        partitions: objects.length,
        bytes: objects.reduce((sum, object) => sum + object.bytes, 0),
        scanned,
        outside: scanned - matched - quarantined.total(),
        matched,
        released,
        withheld: withheld.byReason(),
        quarantined: quarantined.byReason(),
        missing: [...missing],
        broken,
      };
    },
  };
}

/** The fields of all sources, in order of source and field. */
export type FieldCounter = {
  readonly add: (source: string, tally: readonly FieldTally[]) => void;
  /** Adds what another counter has counted. */
  readonly addCounts: (counts: readonly FieldCounts[]) => void;
  readonly counts: () => readonly FieldCounts[];
};

export function fieldCounter(): FieldCounter {
  type Running = {
    kept: number;
    pseudonymised: number;
    removed: number;
    reasons: ReturnType<typeof reasonCounter>;
  };
  const sources = new Map<string, Map<string, Running>>();
  const running = (source: string, field: string): Running => {
    const fields = sources.get(source) ?? new Map<string, Running>();
    const counts = fields.get(field) ?? {
      kept: 0,
      pseudonymised: 0,
      removed: 0,
      reasons: reasonCounter(),
    };
    sources.set(source, fields.set(field, counts));
    return counts;
  };
  return {
    add: (source, tally) => {
      for (const { field, action, reason } of tally) {
        const counts = running(source, field);
        counts[action] += 1;
        if (reason !== null) counts.reasons.add(reason);
      }
    },
    addCounts: (counted) => {
      for (const { source, field, kept, pseudonymised, removed, reasons } of counted) {
        const counts = running(source, field);
        counts.kept += kept;
        counts.pseudonymised += pseudonymised;
        counts.removed += removed;
        for (const [reason, times] of Object.entries(reasons)) counts.reasons.add(reason, times);
      }
    },
    counts: () =>
      inOrder(sources).flatMap(([source, fields]) =>
        inOrder(fields).map(([field, { reasons, ...counts }]) => ({
          source,
          field,
          ...counts,
          reasons: reasons.byReason(),
        })),
      ),
  };
}

function reasonCounter() {
  const counts = new Map<string, number>();
  return {
    add: (reason: string, times = 1): void => {
      counts.set(reason, (counts.get(reason) ?? 0) + times);
    },
    total: (): number => [...counts.values()].reduce((sum, count) => sum + count, 0),
    byReason: (): Record<string, number> => Object.fromEntries(inOrder(counts)),
  };
}

const inOrder = <T>(entries: ReadonlyMap<string, T>): [string, T][] =>
  [...entries].sort(([left], [right]) => (left < right ? -1 : 1));
