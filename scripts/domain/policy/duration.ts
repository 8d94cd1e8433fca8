// Lengths of time in policies: ISO 8601, at most weeks, so that each has one length in seconds.
import { Temporal } from "temporal-polyfill";
import * as z from "zod";

/** `P14D`, `PT12H`, `P1W`; no months or years, whose length depends on the calendar. */
export const Duration = z
  .string()
  .regex(
    /^P(?=.)(?:\d{1,4}W)?(?:\d{1,4}D)?(?:T(?=.)(?:\d{1,4}H)?(?:\d{1,4}M)?(?:\d{1,4}S)?)?$/,
    "must be a duration such as P14D or PT12H",
  );

/** Milliseconds of a duration, a day counted as 24 hours. */
export const durationMilliseconds = (duration: string): number =>
  Temporal.Duration.from(duration).total({ unit: "milliseconds", relativeTo: "2000-01-01" });
