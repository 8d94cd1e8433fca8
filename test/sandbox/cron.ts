/** The next run of a cron line with five fields, in a time zone. */

const RANGES = [
  [0, 59],
  [0, 23],
  [1, 31],
  [1, 12],
  [0, 7],
] as const;
const SEARCH_MINUTES = 366 * 24 * 60;

/** The values of one field, or `null` when it is not cron. */
function parseField(field: string, low: number, high: number): ReadonlySet<number> | null {
  const values = new Set<number>();
  for (const part of field.split(",")) {
    const match = /^(?:\*|(\d+)(?:-(\d+))?)(?:\/(\d+))?$/.exec(part);
    if (match === null) return null;
    const [, first, last, step] = match;
    const from = first === undefined ? low : Number(first);
    const to =
      last !== undefined ? Number(last) : first === undefined || step !== undefined ? high : from;
    const by = step === undefined ? 1 : Number(step);
    if (from < low || to > high || from > to || by < 1) return null;
    for (let value = from; value <= to; value += by) values.add(value);
  }
  return values;
}

function parseCron(cron: string): readonly ReadonlySet<number>[] | null {
  const fields = cron.trim().split(/\s+/);
  if (fields.length !== RANGES.length) return null;
  const parsed = fields.map((field, index) => {
    const [low, high] = RANGES[index] ?? [0, 0];
    return parseField(field, low, high);
  });
  return parsed.every((one) => one !== null) ? parsed : null;
}

export function isCron(cron: string): boolean {
  return parseCron(cron) !== null;
}

export function isTimeZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat("en", { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

/** The first minute after `after` that the line names; `null` when there is none within a year. */
export function nextRun(cron: string, zone: string, after: Date): Date | null {
  const [minutes, hours, days, months, weekdays] = parseCron(cron) ?? [];
  if (!minutes || !hours || !days || !months || !weekdays) return null;
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: zone,
    hourCycle: "h23",
    minute: "numeric",
    hour: "numeric",
    day: "numeric",
    month: "numeric",
    weekday: "short",
  });
  const names = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];
  const start = Math.floor(after.getTime() / 60_000) + 1;
  for (let minute = start; minute < start + SEARCH_MINUTES; minute += 1) {
    const moment = new Date(minute * 60_000);
    // Zones differ from UTC by quarters of an hour at most in their minutes.
    const parts = Object.fromEntries(
      format.formatToParts(moment).map((one) => [one.type, one.value]),
    );
    const weekday = names.indexOf(parts["weekday"] ?? "");
    const fits =
      minutes.has(Number(parts["minute"])) &&
      hours.has(Number(parts["hour"])) &&
      days.has(Number(parts["day"])) &&
      months.has(Number(parts["month"])) &&
      (weekdays.has(weekday) || (weekday === 0 && weekdays.has(7)));
    if (fits) return moment;
    // Most lines run at some minute of each hour: skip what cannot fit.
    if (!hours.has(Number(parts["hour"])) || !days.has(Number(parts["day"]))) {
      minute += 59 - Number(parts["minute"]);
    }
  }
  return null;
}
