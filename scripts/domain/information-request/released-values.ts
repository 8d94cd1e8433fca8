/** The values that leave, counted by field, so that a reviewer sees what leaves without reading every row. */
import { quoteText } from "../untrusted-text.ts";
import type { ShowCount } from "./counted-page.ts";
import { withoutDigits } from "./pseudonym-links.ts";
import type { Released } from "./redaction-result.ts";

/** Different values of one field that are kept apart; bounds the memory. */
const KEPT = 2000;
/** So many are listed whole; of more, so many of the rarest and of the most frequent. */
const LISTED = 20;
const ENDS = 5;
/** Longest shown beginning of a value, in characters. */
const SHOWN = 120;
/** Every row has them, and the page tells of them elsewhere. */
const TOLD_ELSEWHERE: ReadonlySet<string> = new Set(["time", "log_source"]);

/** The values of one field, each with its number of rows. A pseudonym counts by its kind alone. */
export type FieldValues = {
  readonly source: string;
  readonly field: string;
  readonly values: ReadonlyMap<string, number>;
  /** There were more than are kept: the counts are of those that came first. */
  readonly more: boolean;
};
export type ValueCounter = {
  readonly add: (source: string, released: Released) => void;
  /** In order of source and field. */
  readonly fields: () => readonly FieldValues[];
};

/** Counts the values of rows as they come, in their final order. */
export function valueCounter(): ValueCounter {
  type Counted = { readonly values: Map<string, number>; more: boolean };
  const sources = new Map<string, Map<string, Counted>>();
  return {
    add: (source, released) => {
      const fields = sources.get(source) ?? new Map<string, Counted>();
      sources.set(source, fields);
      for (const field in released) {
        if (TOLD_ELSEWHERE.has(field)) continue;
        const counted = fields.get(field) ?? { values: new Map(), more: false };
        fields.set(field, counted);
        const value = withoutDigits(String(released[field]));
        const before = counted.values.get(value);
        if (before === undefined && counted.values.size >= KEPT) counted.more = true;
        else counted.values.set(value, (before ?? 0) + 1);
      }
    },
    fields: () =>
      inOrder(sources).flatMap(([source, fields]) =>
        inOrder(fields).map(([field, counted]) => ({ source, field, ...counted })),
      ),
  };
}

const inOrder = <T>(entries: ReadonlyMap<string, T>): [string, T][] =>
  [...entries].sort(([left], [right]) => order(left, right));
const order = (left: string, right: string): number => (left < right ? -1 : 1);

/** Source, field, how many different values, and the values: cells of a Markdown table. */
export const valueCells = (
  { source, field, values, more }: FieldValues,
  show: ShowCount,
): readonly (string | number)[] => [
  quoteText(source, "table-cell"),
  quoteText(field, "table-cell"),
  more ? `more than ${KEPT}` : values.size,
  listed(
    [...values].sort(([left, l], [right, r]) => l - r || order(left, right)),
    more,
    show,
  ),
];

/** @param rarestFirst each value with its rows */
function listed(
  rarestFirst: readonly (readonly [string, number])[],
  more: boolean,
  show: ShowCount,
): string {
  const shown = (values: typeof rarestFirst): string =>
    values
      .map(([value, rows]) => `${quoteText(beginning(value), "table-cell")} ${show(rows)}`)
      .join(", ");
  if (rarestFirst.length <= LISTED) return shown(rarestFirst);
  const of = more ? ` of the first ${KEPT}` : "";
  const frequent = rarestFirst.slice(-ENDS).reverse();
  return `rarest${of}: ${shown(rarestFirst.slice(0, ENDS))}; most frequent: ${shown(frequent)}`;
}

const beginning = (value: string): string =>
  value.length <= SHOWN ? value : `${value.slice(0, SHOWN)} …`;
