// Loads the folder `policies/`: every file strictly, all rules compiled, all cases run, all faults in one answer.
import { readFile } from "node:fs/promises";
import { basename, join } from "node:path";
import type * as z from "zod";
import { type Fault, formatFault, formatPath } from "../domain/fault.ts";
import {
  assemblePolicies,
  POLICY_SCHEMAS,
  type Policies,
  type PoliciesReading,
  type PolicyName,
  type PolicySet,
} from "../domain/policy/policies.ts";
import { sha256 } from "./digest.ts";
import { type Positions, readYaml } from "./yaml-file.ts";

const POLICY_BYTES = 512 * 1024;

/** Gives the bytes of a file, or throws when there is none. */
export type ReadFile = (file: string) => Promise<Uint8Array>;

/**
 * Reads and checks the policies; a missing or unreadable file is a fault like any other. Never throws.
 * @param read where the files come from; the disk, or a commit of git
 */
export async function readPolicies(
  directory: string,
  read: ReadFile = readFile,
): Promise<PoliciesReading> {
  const names = Object.keys(POLICY_SCHEMAS) as PolicyName[];
  const results = await Promise.all(names.map((name) => readPolicy(directory, name, read)));
  const errors = results.flatMap((result) => (result.ok ? [] : result.errors));
  if (errors.length > 0) return { ok: false, errors };
  const files = new Map(results.flatMap((result) => (result.ok ? [[result.name, result]] : [])));
  const set = Object.fromEntries([...files].map(([name, file]) => [name, file.value])) as PolicySet;
  const { policies, faults, compiled } = assemblePolicies(set, sha256);
  if (faults.length === 0) return { ok: true, policies };
  return {
    ok: false,
    ...(compiled ? { untested: policies } : {}),
    errors: faults.map(({ policy, path, message }) => ({
      file: join(directory, `${policy}.yaml`),
      ...(files.get(policy)?.positions(path) ?? START),
      key: formatPath(path),
      message,
    })),
  };
}

/** The policies of a folder, with other texts for some of its files, by name; null = the file is gone. Never throws. */
export const readChangedPolicies = (
  folder: string,
  changed: ReadonlyMap<string, string | null>,
): Promise<PoliciesReading> =>
  readPolicies("policies", async (file) => {
    const name = basename(file);
    const text = changed.get(name);
    if (text === null) throw new Error("the file is gone");
    return text === undefined ? readFile(join(folder, name)) : new TextEncoder().encode(text);
  });

/** The policies, or an error that lists every fault, one line each. */
export async function loadPolicies(directory: string): Promise<Policies> {
  const result = await readPolicies(directory);
  if (result.ok) return result.policies;
  throw new Error(`the policies have faults:\n${result.errors.map(formatFault).join("\n")}`);
}

const START = { line: 1, column: 1 };

async function readPolicy(
  directory: string,
  name: PolicyName,
  read: ReadFile,
): Promise<
  | {
      readonly ok: true;
      readonly name: PolicyName;
      readonly value: unknown;
      readonly positions: Positions;
    }
  | { readonly ok: false; readonly errors: readonly Fault[] }
> {
  const file = join(directory, `${name}.yaml`);
  let bytes: Uint8Array;
  try {
    bytes = await read(file);
  } catch (error) {
    const reason = error instanceof Error ? error.message : "unknown fault";
    return {
      ok: false,
      errors: [{ file, ...START, key: "", message: `cannot be read: ${reason}` }],
    };
  }
  const schema: z.ZodType<unknown> = POLICY_SCHEMAS[name];
  const result = readYaml(bytes, file, schema, POLICY_BYTES);
  return result.ok ? { ...result, name } : result;
}
