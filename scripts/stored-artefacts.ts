// Reads which artefacts of a request are stored, which were handed over, and which uploads never ended.
import type * as z from "zod";
import { sha256 } from "./adapters/digest.ts";
import type { Package } from "./domain/forge.ts";
import {
  collectedPackage,
  handedOverPackage,
  isAbandoned,
  isExpired,
} from "./domain/information-request/hand-over.ts";
import { Manifest } from "./domain/information-request/manifest.ts";
import type {
  KeptArtefact,
  Observation,
  StoredArtefact,
} from "./domain/information-request/observation.ts";
import { CLOSING_FILES, Receipt } from "./domain/information-request/receipt.ts";
import type { World } from "./world.ts";

/** Artefacts with their manifests, newest first. A package without manifest or receipt is an upload that did not end: it does not count. */
export async function readStored(
  world: World,
  id: string,
): Promise<Pick<Observation, "collected" | "handedOver" | "expired" | "unfinished">> {
  const packages = await world.forge.packages(world.artefactProject.path);
  const found = await Promise.all(
    packages
      .filter(({ name }) => name === collectedPackage(id) || name === handedOverPackage(id))
      .sort((a, b) => b.id - a.id)
      .map(async (item) => {
        const stored = await readArtefact(world, item);
        const mayHaveReceipt = stored === null && item.name === handedOverPackage(id);
        return { item, stored, kept: mayHaveReceipt ? await readReceipt(world, item) : stored };
      }),
  );
  const collected = found.flatMap(({ stored }) =>
    stored?.name === collectedPackage(id) ? [stored] : [],
  );
  const handedOver = found.flatMap(({ kept }) =>
    kept?.name === handedOverPackage(id) ? [kept] : [],
  );
  const unfinished = await Promise.all(
    found.map(({ item, kept }) => (kept === null ? abandoned(world, item) : Promise.resolve(null))),
  );
  const live = (artefact: KeptArtefact) => !isExpired(artefact, world.now);
  return {
    collected: collected.filter(live),
    handedOver: handedOver.filter(live),
    expired: [...collected, ...handedOver].filter((artefact) => isExpired(artefact, world.now)),
    unfinished: unfinished.filter((item) => item !== null),
  };
}

/** The package, if its upload has ended without a manifest; null while it may still be under way. */
async function abandoned(world: World, item: Package): Promise<Package | null> {
  if (!isAbandoned([item.createdAt], world.now)) return null;
  const { path } = world.artefactProject;
  const files = await world.forge.packageFiles(path, item.id);
  // GitLab answers 404 for what it hides as well: a package that lists a manifest is not thrown away for it.
  const closing = CLOSING_FILES.find((closes) => files.some(({ name }) => name === closes));
  if (closing !== undefined)
    throw new Error(`${item.name}/${item.version}: ${closing} is listed but cannot be read`);
  const dates = files.map(({ createdAt }) => createdAt);
  return isAbandoned(dates, world.now) ? item : null;
}

async function readArtefact(world: World, item: Package): Promise<StoredArtefact | null> {
  const { id, name, version } = item;
  const found = await readClosing(world, item, "manifest", Manifest);
  if (found === null) return null;
  return { id, name, version, manifest: found.value, manifestSha256: sha256(found.text) };
}

async function readReceipt(world: World, item: Package): Promise<KeptArtefact | null> {
  const { id, name, version } = item;
  const found = await readClosing(world, item, "receipt", Receipt);
  return found === null ? null : { id, name, version, manifest: found.value };
}

/** @param kind of the file that closes the package, which is named after it */
async function readClosing<T>(
  { forge, artefactProject }: World,
  { name, version }: Package,
  kind: "manifest" | "receipt",
  schema: z.ZodType<T>,
): Promise<{ readonly text: string; readonly value: T } | null> {
  const file = `${kind}.json`;
  const bytes = await forge.packageFile(artefactProject.path, name, version, file);
  if (bytes === null) return null;
  const text = new TextDecoder().decode(bytes);
  const parsed = schema.safeParse(JSON.parse(text));
  if (!parsed.success) throw new Error(`${name}/${version}: ${file} is not a ${kind}`);
  return { text, value: parsed.data };
}
