// The payload of a trigger is a hint: it may name the issue that woke us, and nothing else of it is ever used.
import { readFile, stat } from "node:fs/promises";
import * as z from "zod";

const Payload = z.looseObject({
  object_kind: z.string().optional(),
  object_attributes: z
    .looseObject({ iid: z.unknown().optional(), source_branch: z.unknown().optional() })
    .optional(),
  issue: z.looseObject({ iid: z.unknown().optional() }).optional(),
  merge_request: z.looseObject({ source_branch: z.unknown().optional() }).optional(),
});
const Iid = z.int().positive().max(99_999_999);
const MAX_BYTES = 25 * 1024 * 1024;

/**
 * The number of the issue that a webhook payload names, or null: then the whole queue is looked at, which is always right.
 * `file` is GitLab's file variable `TRIGGER_PAYLOAD`. Never throws: a payload that cannot be read is no hint.
 */
export async function issueHint(file: string | undefined): Promise<number | null> {
  if (file === undefined) return null;
  try {
    if ((await stat(file)).size > MAX_BYTES) return null;
    const payload = Payload.parse(JSON.parse(await readFile(file, "utf8")));
    const attributes = payload.object_attributes;
    const branch = attributes?.source_branch ?? payload.merge_request?.source_branch;
    if (typeof branch === "string") return issueOfBranch(branch);
    if (payload.object_kind === "merge_request") return null;
    const iid = Iid.safeParse(payload.issue?.iid ?? attributes?.iid);
    return iid.success ? iid.data : null;
  } catch {
    return null;
  }
}

function issueOfBranch(branch: string): number | null {
  const number = /^request\/IR-\d{4}-(\d{4,8})$/.exec(branch)?.[1];
  return number === undefined ? null : Number(number);
}
