// The shipped policies as parsed values, for tests that change one of them.
import { readFile } from "node:fs/promises";
import type * as z from "zod";
import { readYaml } from "../scripts/adapters/yaml-file.ts";
import { POLICY_SCHEMAS, type PolicySet } from "../scripts/domain/policy/policies.ts";

/** Reads `policies/*.yaml`; throws where one does not match its schema. */
export async function loadPolicySet(): Promise<PolicySet> {
  const entries = await Promise.all(
    Object.entries(POLICY_SCHEMAS).map(async ([name, schema]) => {
      const file = new URL(`../policies/${name}.yaml`, import.meta.url);
      const result = readYaml(await readFile(file), name, schema as z.ZodType<unknown>, 1 << 20);
      if (!result.ok) throw new Error(JSON.stringify(result.errors));
      return [name, result.value] as const;
    }),
  );
  return Object.fromEntries(entries) as PolicySet;
}
