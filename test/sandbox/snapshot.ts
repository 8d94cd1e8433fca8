/** The whole world of the sandbox, kept and put back: what a fault matrix starts each of its cells from. */
import { inheritRepository } from "./git/project-repository.ts";
import { type Refs, readRefs, writeRefs } from "./git/refs-on-disk.ts";
import type { Records, State } from "./state.ts";

export interface Snapshot {
  readonly records: Records;
  /** By directory of the bare repository. */
  readonly refs: ReadonlyMap<string, Refs>;
}

const directories = (projects: Records["projects"]): string[] =>
  [...projects.values()]
    .map((project) => project.repositoryDir)
    .filter((directory) => directory !== null);

export function takeSnapshot(state: State): Snapshot {
  return {
    records: state.copy(),
    refs: new Map(directories(state.projects).map((path) => [path, readRefs(path)])),
  };
}

/** Everything is as it was, ids and clock too. Faults, held effects and the write log are empty. */
export function restoreSnapshot(state: State, { records, refs }: Snapshot): void {
  const former = new Map(state.projects);
  state.replace(records);
  for (const [directory, files] of refs) writeRefs(directory, files);
  for (const [id, project] of state.projects) inheritRepository(project, former.get(id));
}
