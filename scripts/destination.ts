// Which GitLab, project and token a command works with: flags first, then the environment.
import type { Environment } from "./adapters/environment.ts";
import type { Policies } from "./domain/policy/policies.ts";

export type Destination = {
  readonly url: string;
  readonly tracker: string;
  readonly token: string;
};

/** The destination, or every fault of flags and environment in one list. */
export function destinationOf(
  env: Environment,
  flags: { readonly gitlab: string | null; readonly project: string | null },
): ({ readonly ok: true } & Destination) | { readonly ok: false; readonly faults: string[] } {
  const url = flags.gitlab ?? env.GITLAB_URL ?? env.CI_SERVER_URL;
  const tracker = flags.project ?? env.SECLOG_PROJECT ?? env.CI_PROJECT_PATH;
  const token = env.SECLOG_TOKEN;
  if (url !== undefined && tracker !== undefined && token !== undefined)
    return { ok: true, url, tracker, token };
  return {
    ok: false,
    faults: [
      ...(url === undefined ? ["no GitLab: give --gitlab URL or set GITLAB_URL"] : []),
      ...(tracker === undefined ? ["no project: give --project PATH or set SECLOG_PROJECT"] : []),
      ...(token === undefined ? ["no token: set SECLOG_TOKEN"] : []),
    ],
  };
}

/** Where gaps are filed or artefacts lie, by `policies/projects.yaml`. */
export const placeOf = (
  { projects }: Pick<Policies, "projects">,
  name: "gap" | "artefacts",
  tracker: string,
): string => (projects[name] === "this" ? tracker : projects[name]);
