/** How one event of interest is found in logs that do not name it (`policies/query-recipes/<id>.yaml`). */
import * as z from "zod";

const Name = z.string().regex(/^[a-z][a-z0-9_]*$/);
const Scalar = z.union([z.string(), z.int(), z.boolean()]);

/** One test on one field; all tests of a recipe must hold. A field in an array of objects is tested in each of them. */
const Condition = z.union([
  z.strictObject({ field: z.string(), equals: Scalar }),
  z.strictObject({ field: z.string(), one_of: z.array(Scalar).min(1) }),
  z.strictObject({ field: z.string(), starts_with: z.string().min(1) }),
  z.strictObject({ field: z.string(), ends_with: z.string().min(1) }),
  /** The path without its query ends so. */
  z.strictObject({ field: z.string(), path_ends_with: z.string().min(1) }),
  z.strictObject({ field: z.string(), at_least: z.int() }),
  z.strictObject({ field: z.string(), present: z.literal(true) }),
]);
export type RecipeCondition = z.infer<typeof Condition>;

export const QueryRecipe = z.strictObject({
  apiVersion: z.literal("v1"),
  kind: z.literal("query_recipe"),
  id: Name,
  what: z.string(),
  sources: z.array(Name).min(1),
  /** Event types of a request that this recipe answers; the first is its own id. */
  event_types: z.array(Name).min(1),
  /** `user`: the rows carry no project or group; they belong to the user that one of `subject` names. */
  scope_by: z.enum(["tenant", "user"]),
  /** Fields that name the user whom the event is about, when `scope_by` is `user`. */
  subject: z.array(z.string()),
  /** HTTP requests: not given to customers as rows without an exception. */
  access_log: z.boolean(),
  where: z.array(Condition).min(1),
  /** The index and the filters a person would set by hand. */
  kibana: z.strictObject({ index: z.string(), filters: z.record(z.string(), z.string()) }),
  /** Fields that answer the question. */
  read: z.array(z.string()).min(1),
  /** GitLab's audit event type that comes closest, and whether it is in the customer's own Audit Events. */
  audit_event: z.strictObject({ closest: Name, saved_to_database: z.boolean() }).nullable(),
  /** One row that it must find and one that it must not. */
  positive: z.record(z.string(), z.json()),
  negative: z.record(z.string(), z.json()),
});
export type QueryRecipe = z.infer<typeof QueryRecipe>;
