// Past requests as the preview of a policy reads them: cases without names and texts, as job eligibility kept them.
import { basename } from "node:path";
import { readCase } from "./commands/check.ts";
import { CUSTODY_BRANCH } from "./domain/information-request/custody.ts";
import { situationOf } from "./domain/information-request/decision.ts";
import { newestCases } from "./domain/information-request/past-case.ts";
import type { Past, PastRequest } from "./domain/policy/impact.ts";
import type { ForgeReader } from "./ports/forge.ts";

/** The newest past requests on the custody branch; ids sort by year and number. */
export async function pastRequestsOf(
  forge: ForgeReader,
  tracker: string,
  most: number,
): Promise<Past> {
  const head = await forge.branchHead(tracker, CUSTODY_BRANCH);
  if (head === null) return { requests: [], unreadable: [] };
  const paths = await forge.filesBelow(tracker, "information-request", head);
  const newest = newestCases(paths).toSorted().slice(-most);
  const files = await Promise.all(
    newest.map(async (path) => {
      const file = await forge.file(tracker, path, head);
      return [path, file?.content ?? ""] as const;
    }),
  );
  return readPastRequests(new Map(files));
}

/** Reads files of JSON lines by their names; a case that cannot be read is named, with its first fault. */
export function readPastRequests(files: ReadonlyMap<string, string>): Past {
  const requests: PastRequest[] = [];
  const unreadable: { name: string; message: string }[] = [];
  for (const [file, text] of files) {
    const lines = text.split("\n");
    for (const [at, line] of lines.entries()) {
      if (line.trim() === "") continue;
      const name = lines.length > 2 ? `${basename(file)}:${at + 1}` : basename(file);
      const read = readLine(line, name);
      if ("message" in read) unreadable.push(read);
      else requests.push(read);
    }
  }
  return { requests, unreadable };
}

function readLine(line: string, place: string): PastRequest | { name: string; message: string } {
  let value: { readonly name?: unknown };
  try {
    value = JSON.parse(line);
  } catch {
    return { name: place, message: "is not JSON" };
  }
  const name = typeof value?.name === "string" ? value.name : place;
  const read = readCase(value);
  if (read.ok) return { name, ...situationOf(read.value) };
  const [first] = read.errors;
  return { name, message: `${first?.key} ${first?.message}` };
}
