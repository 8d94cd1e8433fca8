// Which form a YAML file of this product has, by the `kind` that it names.
import type * as z from "zod";
import { EventTypeCatalogue } from "../domain/event-type.ts";
import { InformationRequest } from "../domain/information-request/request.ts";
import { LogFieldSet, LogProfileFile, RedactionPolicy } from "../domain/log-profile.ts";
import { POLICY_SCHEMAS } from "../domain/policy/policies.ts";
import { QueryRecipe } from "../domain/query-recipe.ts";

type KindSchema = z.ZodType & { readonly shape: { readonly kind: z.ZodLiteral<string> } };

/** Every schema of a file that people write; a new one is registered here. */
const SCHEMAS: readonly KindSchema[] = [
  InformationRequest,
  ...Object.values(POLICY_SCHEMAS),
  LogProfileFile,
  LogFieldSet,
  QueryRecipe,
  RedactionPolicy,
  EventTypeCatalogue,
];

/** `kind` → schema of the whole file. A map, so that `__proto__` is no kind. */
export const KINDS: ReadonlyMap<string, z.ZodType> = new Map(
  SCHEMAS.map((schema) => [schema.shape.kind.value, schema]),
);
