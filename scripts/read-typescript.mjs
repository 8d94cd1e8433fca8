// Reads a TypeScript entry of this folder as one bundle, which is made at its first use and again whenever a file in it has changed.
import { createHash, randomUUID } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import module from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const SCRIPTS = dirname(fileURLToPath(import.meta.url));
const ROOT = dirname(SCRIPTS);
const sha256 = (text) => createHash("sha256").update(text).digest("hex");
// `npm ci` removes it with all of node_modules: no bundle outlives the packages it was made of, or reaches another job.
// A folder for each checkout, since several may share their packages by a link.
const CACHE = join(ROOT, "node_modules/.cache/seclog", sha256(ROOT).slice(0, 16));
/** Besides the sources: what decides how they become a bundle. */
const SETTINGS = [
  fileURLToPath(import.meta.url),
  join(ROOT, "package.json"),
  join(ROOT, "node_modules/.package-lock.json"),
];
const DAY = 24 * 3600 * 1000;

// Node 22 and later keep what V8 compiled.
module.enableCompileCache?.(join(CACHE, "compiled"));

/**
 * The module that an entry is. Where no bundle can be made (nothing may be written, say), Node reads the sources one by
 * one: slower, the same otherwise.
 * @param {string} entry path below `scripts`, like `run.ts`
 */
export async function load(entry) {
  const bundle = await bundleFor(entry).catch(() => undefined);
  if (bundle === undefined) {
    await readOneByOne();
    return import(pathToFileURL(join(SCRIPTS, entry)).href);
  }
  // Stack traces name the lines of the sources.
  process.setSourceMapsEnabled(true);
  return import(pathToFileURL(bundle).href);
}

/**
 * The file to import for an entry: a bundle of exactly what its sources hold now. Throws where none can be made.
 * @public a test asks for it from a process of its own
 * @param {string} entry path below `scripts`
 */
export const bundleFor = async (entry) => freshBundle(entry) ?? (await makeBundle(entry));

/** The bundle of exactly what the files hold now, if there is one. */
function freshBundle(entry) {
  try {
    const { files, digest } = JSON.parse(readFileSync(noteOf(entry), "utf8"));
    const bundle = bundleOf(entry, digest);
    return digestOf(files, readOrNothing) === digest && existsSync(bundle) ? bundle : undefined;
  } catch {
    return undefined;
  }
}

async function makeBundle(entry) {
  const { build, stop } = await import("esbuild");
  mkdirSync(CACHE, { recursive: true });
  removeOld();
  const made = join(CACHE, `making-${randomUUID()}`);
  const read = new Map(SETTINGS.map((file) => [file, readOrNothing(file)]));
  try {
    await build({
      entryPoints: [{ in: join(SCRIPTS, entry), out: "entry" }],
      absWorkingDir: ROOT,
      outdir: made,
      bundle: true,
      splitting: true,
      format: "esm",
      platform: "node",
      target: "node20.19",
      sourcemap: true,
      sourcesContent: false,
      logLevel: "silent",
      tsconfigRaw: { compilerOptions: { verbatimModuleSyntax: true } },
      define: { "import.meta": "__source" },
      // Packages in the older format ask for Node's own modules by `require`.
      banner: {
        js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
      },
      plugins: [rememberingReader(read)],
    });
    const digest = digestOf([...read.keys()], (file) => read.get(file));
    const bundle = bundleOf(entry, digest);
    moveUnlessThere(made, dirname(bundle));
    const note = join(CACHE, `note-${randomUUID()}`);
    writeFileSync(note, JSON.stringify({ digest, files: [...read.keys()] }));
    renameSync(note, noteOf(entry));
    return bundle;
  } finally {
    rmSync(made, { recursive: true, force: true });
    await stop();
  }
}

/** Whoever made the same at the same time made it just as well. */
function moveUnlessThere(from, to) {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!existsSync(to)) throw error;
  }
}

/** Hands each file to the bundler and keeps what it held; tells the file where it stands, as `import.meta` would. */
const rememberingReader = (read) => ({
  name: "remembering-reader",
  setup: (bundler) => {
    // A package that is loaded only where a run needs it may be absent, and may read files beside its own.
    bundler.onResolve({ filter: /^[^./]/ }, ({ kind }) =>
      kind === "dynamic-import" ? { external: true } : undefined,
    );
    bundler.onLoad({ filter: /./, namespace: "file" }, ({ path }) => {
      const contents = readFileSync(path);
      read.set(path, contents);
      if (!contents.includes("import.meta")) return { contents, loader: "default" };
      const place = { url: pathToFileURL(path).href, dirname: dirname(path), filename: path };
      return {
        contents: `const __source = ${JSON.stringify(place)}; ${contents}`,
        loader: "default",
      };
    });
  },
});

const nameOf = (entry) => entry.replaceAll(/\W/g, "-");
const noteOf = (entry) => join(CACHE, `${nameOf(entry)}.json`);
const bundleOf = (entry, digest) => join(CACHE, `${nameOf(entry)}-${digest}`, "entry.js");

/** One digest of the names and contents of files, in this checkout. */
function digestOf(files, read) {
  const hash = createHash("sha256").update(`${ROOT}\0`);
  for (const file of files) {
    const contents = read(file);
    hash.update(`${file}\0${contents.length}\0`).update(contents);
  }
  return hash.digest("hex");
}

function readOrNothing(file) {
  try {
    return readFileSync(file);
  } catch {
    return Buffer.alloc(0);
  }
}

/** A process may still load parts of a bundle that another has replaced: each stays for a day. */
function removeOld() {
  for (const name of readdirSync(CACHE)) {
    const path = join(CACHE, name);
    if (name === "compiled" || name.endsWith(".json")) continue;
    const stat = statSync(path, { throwIfNoEntry: false });
    if (stat !== undefined && Date.now() - stat.mtimeMs > DAY) {
      rmSync(path, { recursive: true, force: true });
    }
  }
}

let reader;
function readOneByOne() {
  reader ??= import("tsx/esm/api").then(({ register }) => register());
  return reader;
}
