/** The words in which redaction says what it did. */
import type { LogProfile, PseudonymKind } from "../log-profile.ts";
import type { LogRow } from "../log-row.ts";
import type { JsonValue } from "../strict-json.ts";
import type { Inventory } from "./inventory.ts";
import type { Scope } from "./scope.ts";

/** Keyed and per request; the key never comes here. The same kind and value give the same text: `user-0123456789abcdef`. */
export type Pseudonym = (kind: PseudonymKind, value: string) => string;
export type Released = Readonly<Record<string, string | number | boolean>>;
/** Why a value did not leave as it was (reason codes for reviewers, never the value). */
export type Reason =
  | "AMBIGUOUS"
  | "CAP"
  | "LINKING"
  | "NO_TEMPLATE"
  | "NOT_LISTED"
  | "OTHER_ACCOUNT"
  | "PERSONAL"
  | "SECRET"
  | "SYSTEM_INFO"
  | "TYPE"
  | "UNKNOWN_FIELD";
export type FieldTally = {
  /** A name of the profile; fields that the profile does not know are counted as `(unknown)`, because a key is data too. */
  readonly field: string;
  readonly action: "kept" | "pseudonymised" | "removed";
  /** Null when the value was kept whole. */
  readonly reason: Reason | null;
};

/** All that a field rule may look at. */
export type FieldContext = {
  readonly row: LogRow;
  readonly profile: LogProfile;
  readonly scope: Scope;
  readonly inventory: Inventory;
  readonly pseudonym: Pseudonym;
};
/** `value` is what leaves, when anything does; `original` goes into the ledger unless it was kept whole. */
export type FieldResult = FieldTally & {
  readonly value: string | number | boolean | undefined;
  readonly original: JsonValue;
};
