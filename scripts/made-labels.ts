// Notices labels that GitLab made while it set them: their names are right, and nothing else about them is.
import { GitLabError } from "./adapters/gitlab/gitlab-error.ts";
import { labelsMadeByGitLab } from "./domain/doctor/repository-checks.ts";
import type { Action } from "./domain/plan.ts";
import type { ProjectRef } from "./ports/forge.ts";
import type { SettingsReader } from "./ports/settings.ts";

/**
 * One line for each project in which labels set by `done` stand without a description. A write's answer holds names alone, so
 * the labels are listed afterwards, once for each project that got any; a run that sets no label asks nothing.
 * @param tracker the project of the actions that name none
 */
export async function tellMadeLabels(
  done: readonly Action[],
  settings: Pick<SettingsReader, "labels">,
  tracker: ProjectRef,
): Promise<readonly string[]> {
  const lines = [...labelsSet(done, tracker)].map(async ([project, names]) => {
    try {
      const made = labelsMadeByGitLab([...names], await settings.labels(project));
      return made.length === 0 ? [] : [describe(project, made)];
    } catch (error) {
      if (!(error instanceof GitLabError)) throw error;
      return [`whether GitLab had to make labels in ${project} is not known: ${error.reason}`];
    }
  });
  return (await Promise.all(lines)).flat();
}

const describe = (project: ProjectRef, names: readonly string[]): string =>
  `labels of ${project} that look as GitLab makes one that is missing (never made, deleted or renamed): ${names.join(", ")}; give each a colour and a description (Manage → Labels)`;

/** Project → names of the labels that these writes set. */
function labelsSet(
  done: readonly Action[],
  tracker: ProjectRef,
): ReadonlyMap<ProjectRef, ReadonlySet<string>> {
  const found = new Map<ProjectRef, Set<string>>();
  for (const action of done) {
    const { project, names } = labelsOf(action, tracker);
    if (names.length > 0) found.set(project, new Set([...(found.get(project) ?? []), ...names]));
  }
  return found;
}

function labelsOf(
  action: Action,
  tracker: ProjectRef,
): { readonly project: ProjectRef; readonly names: readonly string[] } {
  switch (action.kind) {
    case "change-labels":
      return { project: tracker, names: action.add };
    case "create-issue":
      return { project: action.project, names: action.labels };
    case "edit-issue":
      return { project: action.project, names: action.add ?? [] };
    default:
      return { project: tracker, names: [] };
  }
}
