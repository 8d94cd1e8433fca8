// Limits that change with time: a list of values, each with the day from which it holds.
import * as z from "zod";

/** The first entry of every dated limit holds from this day, so that every request has a value. */
const BEGINNING = "2000-01-01";

/** A duration (ISO 8601, `P7D`), a whole number, or a list of words. */
export const LimitValue = z.union([
  z.int().nonnegative(),
  z
    .string()
    .regex(
      /^P(?=.)(?:\d{1,4}Y)?(?:\d{1,4}M)?(?:\d{1,4}W)?(?:\d{1,4}D)?(?:T(?=.)(?:\d{1,4}H)?(?:\d{1,4}M)?(?:\d{1,4}S)?)?$/,
      "must be a duration such as P7D",
    ),
  z.array(z.string().min(1)),
]);
export type LimitValue = z.infer<typeof LimitValue>;

const Entry = z.strictObject({ from: z.iso.date(), value: LimitValue });

/** One limit: its values in order of the day from which each holds, all of one kind. */
const DatedLimit = z
  .tuple([Entry], Entry)
  .refine(([first]) => first.from === BEGINNING, `must begin with from: ${BEGINNING}`)
  .refine((entries) => {
    const days = entries.map(({ from }) => from);
    return days.join() === [...new Set(days)].sort().join();
  }, "must be in order of their from dates, each date once")
  .refine(
    (entries) => new Set(entries.map((entry) => limitType(entry.value))).size === 1,
    "must hold values of one kind: all durations, all numbers or all lists",
  );
export const DatedLimits = z.record(z.string().regex(/^[a-z][a-z0-9_]*$/), DatedLimit);
export type DatedLimits = z.infer<typeof DatedLimits>;

/** The limits of one stretch of time, by name. */
type Limits = Readonly<Record<string, LimitValue>>;
/** A stretch of time in which no limit changes: from this day (UTC) until the next one begins. */
export type LimitPeriod = { readonly from: string; readonly limits: Limits };

/** The type that the rule language gives to a limit of this value. */
export function limitType(value: LimitValue): "int" | "string" | "list<string>" {
  if (typeof value === "number") return "int";
  return typeof value === "string" ? "string" : "list<string>";
}

/** Cuts dated limits into the periods between their changes, earliest first; the first begins at {@link BEGINNING}. */
export function limitPeriods(dated: DatedLimits): readonly [LimitPeriod, ...LimitPeriod[]] {
  const days = new Set(Object.values(dated).flatMap((entries) => entries.map(({ from }) => from)));
  days.delete(BEGINNING);
  const period = (from: string): LimitPeriod => ({
    from,
    limits: Object.fromEntries(
      Object.entries(dated).map(([name, entries]) => [name, valueOn(entries, from)]),
    ),
  });
  return [period(BEGINNING), ...[...days].sort().map(period)];
}

function valueOn([first, ...later]: DatedLimits[string], day: string): LimitValue {
  return later.reduce((value, entry) => (entry.from <= day ? entry.value : value), first.value);
}

/** The period that holds on a day (`YYYY-MM-DD`); a day before the first period is judged by the first. */
export function periodOn<T extends { readonly from: string }>(
  [first, ...later]: readonly [T, ...T[]],
  day: string,
): T {
  return later.reduce((chosen, period) => (period.from <= day ? period : chosen), first);
}
