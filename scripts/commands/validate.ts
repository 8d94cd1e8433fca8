// `seclog validate`: every YAML file, manifest and template of the repository, all faults in one answer.
import { readdir, readFile, stat } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { loadEventTypes } from "../adapters/event-types.ts";
import { validateFile, validateRequest, validateRequestPath } from "../adapters/file-validation.ts";
import { loadLogProfiles } from "../adapters/log-profiles.ts";
import { readPolicies } from "../adapters/policy-folder.ts";
import { POLICY_FOLDER } from "../adapters/policy-path.ts";
import { readYaml } from "../adapters/yaml-file.ts";
import { CalendarPolicy, endingHolidays } from "../domain/calendar.ts";
import { eventTypeNames } from "../domain/event-type.ts";
import { type Fault, formatFault } from "../domain/fault.ts";
import { type Case, runBatch } from "./batch.ts";
import { type Command, EXIT } from "./command.ts";

/** What the repository keeps for people to write, where no PATH is given. */
const ROOTS = ["requests", "policies", "templates"];

export const command: Command = {
  name: "validate",
  usage: "[PATH…] [--policies DIR] | --batch FILE.jsonl",
  help: `
Checks files and folders; without PATH requests/, policies/ and templates/ of the working directory. For a folder of
policies the rules are compiled and the cases beside them are run; a calendar whose holidays end within 60 days is a
warning. Every fault is one line,
file:line:column key message; what to do. --json prints {valid, files, errors}. --batch reads
{name, path?, yaml} a line (a request file, its path, or both) and prints {name, valid, errors}.

Exit codes: 0 all valid, 2 something is not.
Example: seclog validate requests/information-request/2026/IR-2026-0042.yaml`,
  options: { batch: { type: "string" }, policies: { type: "string" } },
  run: async (terminal, values, positionals) => {
    const { batch, policies } = values;
    const folder = typeof policies === "string" ? policies : POLICY_FOLDER;
    const eventTypes = eventTypeNames(await loadEventTypes(folder));
    if (typeof batch === "string")
      return runBatch(terminal, batch, (line) => validateCase(line, eventTypes));
    const { files, errors, calendars } = await validatePaths(positionals, eventTypes);
    const valid = errors.length === 0;
    for (const calendar of calendars)
      for (const warning of await calendarWarnings(calendar, terminal.now))
        terminal.complain(`${warning}\n`);
    if (values["json"] === true) terminal.write(`${JSON.stringify({ valid, files, errors })}\n`);
    else {
      for (const fault of errors) terminal.complain(`${formatFault(fault)}\n`);
      terminal.write(`${files} files, ${valid ? "all valid" : `${errors.length} faults`}.\n`);
    }
    return valid ? EXIT.done : EXIT.badInput;
  },
};

function validateCase(
  { path, yaml }: Case,
  eventTypes: ReadonlySet<string>,
): { valid: boolean; errors: readonly object[] } {
  const errors =
    (path === undefined || typeof path === "string") &&
    (typeof yaml === "string" || (yaml === undefined && path !== undefined))
      ? caseFaults(path, yaml, eventTypes)
      : [{ key: "", message: "needs path or yaml, as text" }];
  return { valid: errors.length === 0, errors };
}

function caseFaults(
  path: string | undefined,
  yaml: string | undefined,
  eventTypes: ReadonlySet<string>,
): readonly Fault[] {
  if (path === undefined) return validateRequest("request.yaml", yaml ?? "", eventTypes);
  const misplaced = path.startsWith("policies/") ? [] : validateRequestPath(path);
  return yaml === undefined || misplaced.length > 0
    ? misplaced
    : validateFile(path, yaml, eventTypes);
}

async function validatePaths(
  paths: readonly string[],
  eventTypes: ReadonlySet<string>,
): Promise<{ files: number; errors: readonly Fault[]; calendars: readonly string[] }> {
  const given = paths.length > 0;
  const found = await Promise.all((given ? paths : ROOTS).map((path) => filesOf(path, given)));
  const errors: Fault[] = found.flatMap(({ errors }) => errors);
  const files = [...new Set(found.flatMap(({ files }) => files))].sort();
  for (const file of files)
    errors.push(...validateFile(named(file), await readFile(file), eventTypes));
  if (errors.length === 0) {
    const folders = files.filter((file) => named(file).endsWith("/eligibility.yaml"));
    for (const file of folders)
      errors.push(...(await policyFaults(file.slice(0, -"/eligibility.yaml".length))));
  }
  const calendars = files.filter((file) => named(file).endsWith("policies/calendar.yaml"));
  return { files: files.length, errors, calendars };
}

/** A file by its name from the working directory, with `/`. */
const named = (file: string): string => relative(".", file).split(sep).join("/");

/** The file itself, or what a folder holds of the kinds we judge; all of it below `requests/`. */
async function filesOf(
  path: string,
  given: boolean,
): Promise<{ files: readonly string[]; errors: readonly Fault[] }> {
  try {
    if (!(await stat(path)).isDirectory()) return { files: [path], errors: [] };
    const entries = await readdir(path, { recursive: true, withFileTypes: true });
    const files = entries
      .filter((entry) => !entry.isDirectory())
      .map((entry) => join(entry.parentPath, entry.name))
      .filter((file) => named(file).startsWith("requests/") || /\.(?:ya?ml|hbs)$/.test(file))
      .filter((file) => !/(?:^|\/)(?:\.gitkeep|README\.md)$/.test(named(file)));
    return { files, errors: [] };
  } catch (error) {
    if (!given) return { files: [], errors: [] };
    const message = `cannot be read: ${error instanceof Error ? error.message : "unknown fault"}`;
    return { files: [], errors: [{ file: path, line: 1, column: 1, key: "", message }] };
  }
}

/** What is right today and will not be for long; it fails nothing. A file with faults has them told already. */
async function calendarWarnings(file: string, now: string): Promise<readonly string[]> {
  const read = readYaml(await readFile(file), file, CalendarPolicy);
  return (read.ok ? endingHolidays(read.value, now) : []).map(
    ({ region, year }) =>
      `warning: ${named(file)}: the holidays of ${region} end with ${year}; run npm run holidays`,
  );
}

/** What only shows when all policies are read together. */
async function policyFaults(folder: string): Promise<readonly Fault[]> {
  const policies = await readPolicies(folder);
  if (!policies.ok) return policies.errors;
  try {
    await loadLogProfiles(folder);
    return [];
  } catch (error) {
    const message = error instanceof Error ? error.message : "unknown fault";
    return [{ file: `${folder}/log-sources`, line: 1, column: 1, key: "", message }];
  }
}
