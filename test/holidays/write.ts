// `npm run holidays`: writes the holidays of this and the next two years into policies/calendar.yaml; past years stay.
import { readFile, writeFile } from "node:fs/promises";
import { Temporal } from "temporal-polyfill";
import { withHolidays, yearsOf } from "./holiday-lists.ts";

const FILE = new URL("../../policies/calendar.yaml", import.meta.url);
const text = await readFile(FILE, "utf8");
const { first } = yearsOf(text);
await writeFile(FILE, withHolidays(text, { first, last: Temporal.Now.plainDateISO().year + 2 }));
