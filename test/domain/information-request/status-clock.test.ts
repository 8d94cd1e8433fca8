import { expect, test } from "vitest";
import type { Region } from "../../../scripts/domain/calendar.ts";
import { statusClock } from "../../../scripts/domain/information-request/status-clock.ts";
import { issue, mergeRequest, observation } from "./observation.ts";

const WORLDWIDE: Region = {
  zone: "UTC",
  business_days: ["monday", "tuesday", "wednesday", "thursday", "friday"],
  opens: "00:00",
  closes: "24:00",
  holidays: [],
};
// 20 November 2026 is a Friday.
const seen = observation({ issue: issue({ createdAt: "2026-11-20T09:00:00.123Z" }) });

test.each([
  ["2026-11-20T09:00:01Z", "2026-11-20T09:00:00Z", "2026-11-20T21:00:00Z"],
  ["2026-11-20T21:00:00.123Z", "2026-11-20T21:00:00Z", "2026-11-23T09:00:00Z"],
  ["2026-11-22T12:00:00Z", "2026-11-20T21:00:00Z", "2026-11-23T09:00:00Z"],
  ["2026-11-25T00:00:00Z", "2026-11-24T21:00:00Z", "2026-11-25T09:00:00Z"],
])("at %s the customer was last due at %s and is next due at %s", (now, slot, due) => {
  expect(statusClock(seen, now, "PT12H", WORLDWIDE)).toEqual({ slot, due });
});

test.each([
  ["the author has to act", { request: null }],
  ["a person closed the merge request", { mergeRequest: mergeRequest({ state: "closed" }) }],
])("no clock runs while %s", (_, more) => {
  expect(statusClock(observation(more), "2026-11-21T00:00:00Z", "PT12H", WORLDWIDE)).toBeNull();
});

test.each([
  [
    "an exception waits for Legal",
    { verdict: { ...seen.verdict, route: "legal" as const, verdict: "needs-info" as const } },
  ],
  ["the log-dive is due", {}],
])("the clock runs while %s", (_, more) => {
  expect(statusClock(observation(more), "2026-11-20T10:00:00Z", "PT12H", WORLDWIDE)).not.toBeNull();
});
