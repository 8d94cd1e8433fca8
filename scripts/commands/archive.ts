// `seclog archive build`: makes an archive that the log-dive reads by owner and time instead of from end to end.
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { loadLogProfiles } from "../adapters/log-profiles.ts";
import {
  BLOCK_BYTES,
  buildObject,
  writeBrokenObject,
} from "../adapters/log-stores/archive-object.ts";
import { BrokenFile } from "../adapters/log-stores/broken-file.ts";
import {
  type ListedFile,
  listFiles,
  resolveDirectory,
} from "../adapters/log-stores/file-listing.ts";
import { INDEX_ENDING } from "../adapters/log-stores/index-file.ts";
import { hasIndex } from "../adapters/log-stores/indexed-file.ts";
import { UnusableStore } from "../adapters/log-stores/unusable-store.ts";
import { frameCodec } from "../adapters/log-stores/zstd-frames.ts";
import { POLICY_FOLDER } from "../adapters/policy-path.ts";
import type { LogProfile } from "../domain/log-profile.ts";
import { type Command, EXIT, type Terminal } from "./command.ts";
import { contains } from "./contains.ts";

export const command: Command = {
  name: "archive",
  usage: "build --from DIR (--to DIR | --sidecar)",
  help: `
Reads the objects of an archive (plain, .gz, .zst, Parquet) and writes each as ordinary .zst, in frames that end with a line, with an
index beside it (*.seclog-index). Any zstd reads the objects; the index only saves a dive from reading all of them. An
object that was built already and did not change is left alone, so the job can run every night.

--from DIR   the archive: source=<source>/date=<day>/*.ndjson[.gz|.zst] or *.parquet, <source>/<day>/…, or GitLab's file names
--to DIR     where the packed objects and their indexes go
--sidecar    packs nothing: only writes an index beside each object, which stays as it is
--json       prints one line for each object

Exit codes: 0 done, 1 an object could not be read to its end (named; it has no index), 2 bad input.
Example: seclog archive build --from /var/log/archive --to /var/log/indexed`,
  options: {
    from: { type: "string" },
    to: { type: "string" },
    sidecar: { type: "boolean" },
    policies: { type: "string" },
  },
  run: async (terminal, values, positionals) => {
    const { from, to, sidecar, policies } = values;
    if (
      positionals.join(" ") !== "build" ||
      typeof from !== "string" ||
      (typeof to === "string") === (sidecar === true)
    ) {
      terminal.complain(
        "seclog archive: write `archive build --from DIR` with either --to DIR or --sidecar\n",
      );
      return EXIT.badInput;
    }
    const folder = typeof policies === "string" ? policies : POLICY_FOLDER;
    const profiles = await loadLogProfiles(folder);
    try {
      const root = await resolveDirectory(from);
      const target = typeof to === "string" ? to : null;
      if (target !== null && (contains(root, target) || contains(target, root)))
        throw new UnusableStore(
          "--to and --from lie in one another; a dive would find each line twice",
        );
      const files = await listFiles(root, [...profiles.values()], null);
      if (target !== null) refuseOneTarget(files);
      return await build(terminal, {
        root,
        target,
        files,
        profiles,
        json: values["json"] === true,
      });
    } catch (error) {
      if (!(error instanceof UnusableStore)) throw error;
      terminal.complain(`seclog archive: ${error.message}\n`);
      return EXIT.badInput;
    }
  },
};

const packedName = (object: string): string => `${object.replace(/\.(?:gz|zst)$/, "")}.zst`;

/** @throws UnusableStore when one object would be written over another */
function refuseOneTarget(files: readonly ListedFile[]): void {
  const taken = new Map<string, string>();
  for (const { object } of files) {
    const name = packedName(object);
    const other = taken.get(name);
    if (other !== undefined)
      throw new UnusableStore(
        `${other} and ${object} would both be packed as ${name}; keep one of them`,
      );
    taken.set(name, object);
  }
}

type Build = {
  readonly root: string;
  readonly target: string | null;
  readonly files: readonly ListedFile[];
  readonly profiles: ReadonlyMap<string, LogProfile>;
  readonly json: boolean;
};

async function build(
  terminal: Terminal,
  { root, target, files, profiles, json }: Build,
): Promise<number> {
  const codec = await frameCodec();
  const total = { objects: 0, lines: 0, raw: 0, packed: 0, index: 0 };
  let broken = 0;
  for (const { object, bytes, source } of files) {
    terminal.signal.throwIfAborted();
    const from = join(root, object);
    const to = target === null ? null : join(target, packedName(object));
    const profile = profiles.get(source);
    if (profile === undefined || (await isBuilt(from, to ?? from, profile))) continue;
    try {
      const built = await buildObject({ from, bytes, to, profile, blockBytes: BLOCK_BYTES }, codec);
      total.objects += 1;
      total.lines += built.lines;
      total.raw += built.raw;
      total.packed += built.packed;
      total.index += built.index;
      if (json) terminal.write(`${JSON.stringify({ object, ...built })}\n`);
    } catch (error) {
      if (!(error instanceof BrokenFile)) throw error;
      broken += 1;
      if (to !== null) await writeBrokenObject(to);
      terminal.complain(`seclog archive: ${object}: ${error.message}\n`);
    }
  }
  if (!json) {
    terminal.write(
      `${total.objects} of ${files.length} objects, ${total.lines} lines, ${megabytes(total.raw)} read, ${megabytes(total.packed)} stored, ${megabytes(total.index)} of indexes\n`,
    );
  }
  return broken === 0 ? EXIT.done : EXIT.failed;
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(1)} MB`;

/** The index is newer than the object it was made from, and a dive can use it: it has today's form and was made by this profile. */
async function isBuilt(from: string, to: string, profile: LogProfile): Promise<boolean> {
  const index = await stat(`${to}${INDEX_ENDING}`).catch(() => null);
  return index !== null && index.mtimeMs > (await stat(from)).mtimeMs && hasIndex(to, profile);
}
