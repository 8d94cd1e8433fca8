/** Which files of a directory hold log lines, of which source and UTC day. */
import { lstat, readdir, realpath } from "node:fs/promises";
import { join } from "node:path";
import type { LogProfile } from "../../domain/log-profile.ts";
import { dayOfFolder, type Placed, placeOf } from "./file-layout.ts";
import { UnusableStore } from "./unusable-store.ts";

export type ListedFile = {
  /** Relative to the root, `/` between segments. */
  readonly object: string;
  readonly bytes: number;
  /** When it was last changed, in nanoseconds since 1970. */
  readonly version: string;
  readonly source: string;
  /** `YYYY-MM-DD`; null when neither path nor name say it. */
  readonly day: string | null;
};

/**
 * Files of the profiles' sources below a root, in order of source, day and path.
 * @param wanted folders of other days are not opened, so that an archive may grow without slowing a dive; null = all
 * @throws UnusableStore when a directory cannot be listed
 */
export async function listFiles(
  root: string,
  profiles: readonly LogProfile[],
  wanted: ReadonlySet<string> | null,
): Promise<readonly ListedFile[]> {
  const paths = await pathsBelow(root, "", wanted);
  const placed = paths.flatMap((object): Found[] => {
    const place = placeOf(object);
    const source = place.holdsLines ? sourceOf(place, profiles) : null;
    return source === null ? [] : [{ object, source, day: place.day }];
  });
  return (await Promise.all(placed.map((file) => withSize(root, file)))).sort(byPlace);
}

/** @throws UnusableStore when there is no such directory */
export async function resolveDirectory(directory: string): Promise<string> {
  try {
    return await realpath(directory);
  } catch {
    throw new UnusableStore(`${directory}: there is no such directory`);
  }
}

type Found = Pick<ListedFile, "object" | "source" | "day">;

async function withSize(root: string, file: Found): Promise<ListedFile> {
  const { size, mtimeNs } = await lstat(join(root, file.object), { bigint: true });
  return { ...file, bytes: Number(size), version: String(mtimeNs) };
}

/** Everything below a directory that is no directory; a symbolic link counts as a file and is refused when read. */
async function pathsBelow(
  root: string,
  below: string,
  wanted: ReadonlySet<string> | null,
): Promise<string[]> {
  const folder = join(root, below);
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
    throw new UnusableStore(`${folder}: the directory cannot be listed (${code})`);
  });
  const nested = await Promise.all(
    entries
      .filter((entry) => !(entry.isDirectory() && isOfOtherDay(entry.name, wanted)))
      .map((entry): string[] | Promise<string[]> => {
        const path = below === "" ? entry.name : `${below}/${entry.name}`;
        return entry.isDirectory() ? pathsBelow(root, path, wanted) : [path];
      }),
  );
  return nested.flat();
}

function isOfOtherDay(folder: string, wanted: ReadonlySet<string> | null): boolean {
  const day = dayOfFolder(folder);
  return day !== null && wanted?.has(day) === false;
}

function sourceOf(place: Placed, profiles: readonly LogProfile[]): string | null {
  const named = (name: string): LogProfile | undefined =>
    profiles.find((profile) => namesOf(profile).includes(name));
  const directory = place.directories.map(named).find((profile) => profile !== undefined);
  return (directory ?? named(place.stem))?.source ?? null;
}

const namesOf = (profile: LogProfile): readonly string[] => [
  profile.source,
  ...profile.also_called,
  ...profile.files.map((file) => placeOf(file).stem),
];

const byPlace = (left: ListedFile, right: ListedFile): number =>
  compare(left.source, right.source) ||
  compare(left.day ?? "", right.day ?? "") ||
  compare(left.object, right.object);

const compare = (left: string, right: string): number => (left < right ? -1 : left > right ? 1 : 0);
