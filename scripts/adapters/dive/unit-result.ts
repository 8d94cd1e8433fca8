/** What the reading of one partition gives: counts, and the digests of the files that hold the rest. Plain data, which crosses threads and runs. */
import * as z from "zod";
import { FieldTally } from "../../domain/information-request/manifest.ts";

const Count = z.int().nonnegative();
const Reasons = z.record(z.string(), Count);
const WrittenFile = z.strictObject({ bytes: Count, sha256: z.string() });

/** `matched` and `quarantined` are lines of evidence, `rows` are UnitRow, `removed` are lists of texts that redaction took out. */
export const UNIT_FILES = ["matched", "quarantined", "rows", "removed"] as const;
export type UnitFile = (typeof UNIT_FILES)[number];

export const UnitResult = z.strictObject({
  scanned: Count,
  released: Count,
  withheld: Reasons,
  quarantined: Reasons,
  /** Why the object could not be read to its end; null = it was, or a limit ended the reading. */
  broken: z.string().nullable(),
  /** The limit that ended the reading while there was more. */
  full: z.enum(["rows", "quarantined"]).nullable(),
  fields: z.array(FieldTally).readonly(),
  /** Names of the fields of the released rows. */
  columns: z.array(z.string()).readonly(),
  /** A file that would be empty is not written. */
  files: z.partialRecord(z.enum(UNIT_FILES), WrittenFile),
});
export type UnitResult = Readonly<z.infer<typeof UnitResult>>;

/** A released row; `text` is its line in `rows.ndjson`. */
export type UnitRow = {
  readonly time: string;
  readonly event: string;
  readonly sha256: string;
  readonly line: number;
  readonly text: string;
};

export const quarantinedIn = ({ quarantined }: UnitResult): number =>
  Object.values(quarantined).reduce((sum, lines) => sum + lines, 0);
