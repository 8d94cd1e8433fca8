// Monday to Friday, round the clock, in UTC, without holidays.
import type { Region } from "../../scripts/domain/calendar.ts";

export const WORKING_WEEK: Region = {
  zone: "UTC",
  business_days: ["monday", "tuesday", "wednesday", "thursday", "friday"],
  opens: "00:00",
  closes: "24:00",
  holidays_of: "fixed",
  holidays: [],
};
