// The only reader: what GitLab holds, as the jobs see it.
import type { ForgeReader } from "../../ports/forge.ts";
import type { GitLabConnection } from "./connection.ts";
import { issueReads } from "./issue-reads.ts";
import { packageReads } from "./package-reads.ts";
import { peopleReads } from "./people-reads.ts";
import { repositoryReads } from "./repository-reads.ts";

/**
 * One reading of the world: every question is asked once, package files alone anew. Make a new reader to read anew.
 * Every method throws GitLabError when GitLab cannot be read.
 */
export function createReader(connection: GitLabConnection): ForgeReader {
  const { gitlab } = connection;
  return {
    ...issueReads(gitlab),
    ...peopleReads(gitlab),
    ...repositoryReads(gitlab),
    ...packageReads(connection),
  };
}
