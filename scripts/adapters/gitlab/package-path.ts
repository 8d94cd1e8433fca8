// Where a file of a generic package lies in GitLab's API.
import type { ProjectRef } from "../../ports/forge.ts";

export function packagePath(
  project: ProjectRef,
  name: string,
  version: string,
  file: string,
): string {
  const [id = "", ...rest] = [project, name, version, file].map(encodeURIComponent);
  return `projects/${id}/packages/generic/${rest.join("/")}`;
}
