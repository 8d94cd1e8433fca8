// How a question is put to GitLab: once, to the last page, and what a 404 means.
import * as z from "zod";
import { GitLabError } from "./gitlab-error.ts";
import { understand } from "./schemas.ts";

/** The largest page GitLab gives. */
export const PAGE = { perPage: 100 } as const;
/** Rows that come while we read are added at the end, so that no page moves. */
export const OLDEST_FIRST = { orderBy: "created_at", sort: "asc" } as const;

/** The same question is asked once; callers at the same time share the answer, and the failure. */
export function once<A extends readonly unknown[], T>(
  ask: (...question: A) => Promise<T>,
): (...question: A) => Promise<T> {
  const answers = new Map<string, Promise<T>>();
  return (...question) => {
    const key = JSON.stringify(question);
    const known = answers.get(key);
    if (known !== undefined) return known;
    const answer = ask(...question);
    answers.set(key, answer);
    return answer;
  };
}

/**
 * Null for GitLab's 404 of the thing asked for. When the project itself is not found, access was lost:
 * that says nothing about what is in it, and stays an error.
 */
export async function orNull<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof GitLabError) || error.kind !== "not-found") throw error;
    if (/project not found/i.test(error.message)) throw error;
    return null;
  }
}

/** All rows by ascending id, each once: an insertion while paging can show a row twice. */
export function listed<S extends z.ZodType<{ readonly id: number }>>(
  schema: S,
  answer: unknown,
  what: string,
): readonly z.output<S>[] {
  const rows = understand(z.array(schema), answer, what);
  const byId = new Map(rows.map((row) => [row.id, row]));
  return [...byId.values()].sort((left, right) => left.id - right.id);
}
