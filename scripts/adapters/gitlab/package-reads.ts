// The reads of generic packages, where artefacts are kept.
import type { ForgeReader, ProjectRef } from "../../ports/forge.ts";
import type { GitLabConnection } from "./connection.ts";
import { packagePath } from "./package-path.ts";
import { listed, once, orNull, PAGE } from "./reading.ts";
import { PackageAnswer, PackageFileRow } from "./schemas.ts";

/** Largest file of a package that is taken, in bytes. */
const PACKAGE_FILE_LIMIT = 1024 * 1024 * 1024;

export function packageReads({
  gitlab,
  download,
}: GitLabConnection): Pick<ForgeReader, "packages" | "packageFiles" | "packageFile"> {
  return {
    packages: once(async (projectId: ProjectRef) => {
      const answer = await gitlab.Packages.all({ projectId, ...PAGE });
      return listed(PackageAnswer, answer, "packages")
        .filter(({ package_type }) => package_type === "generic")
        .map(({ id, name, version, created_at }) => ({ id, name, version, createdAt: created_at }));
    }),
    packageFiles: async (project, packageId) =>
      listed(
        PackageFileRow,
        await gitlab.Packages.allFiles(project, packageId),
        "package files",
      ).map(({ name, createdAt }) => ({ name, createdAt })),
    packageFile: (project, name, version, file) =>
      orNull(() => download(packagePath(project, name, version, file), PACKAGE_FILE_LIMIT)),
  };
}
