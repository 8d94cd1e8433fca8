// What a check of doctor is: an id that stays, how bad it is, what to do, and a pure function that says what is wrong.
import { cleanText } from "../text-hygiene.ts";
import type { Installation } from "./installation.ts";

/**
 * `dangerous` = someone outside the process can decide, read or act: a run refuses to write. `unsafe` = a protection is
 * missing, or the product cannot do its work. `advice` = better otherwise, or not possible on this tier.
 */
export type Severity = "dangerous" | "unsafe" | "advice";
export type DoctorFinding = {
  /** Stable; the runbook and the tests name it. */
  readonly id: string;
  readonly severity: Severity;
  /** One sentence: what is wrong. */
  readonly wrong: string;
  /** One sentence: what to do, and where. */
  readonly fix: string;
};
export type Check = {
  readonly id: string;
  readonly severity: Severity;
  readonly fix: string;
  /** What is wrong, or null when nothing is, or when what it needs was not read. */
  readonly wrong: (seen: Installation) => string | null;
};

/** A text that somebody typed into GitLab, as one short word that cannot steer a terminal. */
export const typed = (text: string): string => JSON.stringify(cleanText(text).slice(0, 60));

/** `a`, `b and c`, at most six names; the rest as a number. */
export function named(names: readonly string[]): string {
  const shown = names.length > 6 ? [...names.slice(0, 6), `${names.length - 6} more`] : names;
  const parts = [shown.slice(0, -1).join(", "), ...shown.slice(-1)];
  return parts.filter((part) => part !== "").join(" and ");
}

/** The sentence over the names, or null when there are none. */
export const about = (
  names: readonly string[],
  sentence: (list: string) => string,
): string | null => (names.length === 0 ? null : sentence(named([...new Set(names)])));
