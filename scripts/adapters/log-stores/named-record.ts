/** The choice that files make of their lines, for records of other stores: one that names nothing of the request is nobody's concern. */
import { MAX_LINE_BYTES } from "../../domain/information-request/log-dive.ts";
import type { Scope } from "../../domain/information-request/scope.ts";
import { needlesOf, prefilterOf } from "./prefilter.ts";

const OPEN = 0x7b;
const CLOSE = 0x7d;

/**
 * Whether a record must be judged. All stores leave out the same ones, so that what they count as unreadable is the same too.
 * @param scope whose names, ids and users a record may hold
 */
export function namedRecords(scope: Scope): (record: Buffer) => boolean {
  const prefilter = prefilterOf(needlesOf(scope));
  return (record) =>
    record.length > 0 &&
    (record[0] !== OPEN ||
      record.at(-1) !== CLOSE ||
      record.length > MAX_LINE_BYTES ||
      prefilter(record).length > 0);
}
