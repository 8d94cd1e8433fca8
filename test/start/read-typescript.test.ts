// The bundle that a process starts from is never older than the sources, and nothing depends on there being one.
import { execFile } from "node:child_process";
import {
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  symlink,
  utimes,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterEach, expect, test } from "vitest";
import { SUMMARIES } from "../../scripts/run.ts";

const made: string[] = [];
afterEach(async () => {
  for (const folder of made.splice(0)) await rm(folder, { recursive: true, force: true });
});

const MAIN = 'import { word } from "./word.ts";\nexport const said: string = word;\n';
const SAY = 'import { load } from "./read-typescript.mjs";\n';

/** A checkout with a few sources of its own and the packages that reading needs. */
async function checkout(sources: Record<string, string>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), "seclog-start-"));
  made.push(root);
  const files = {
    "package.json": '{ "type": "module" }',
    "scripts/say.mjs": `${SAY}console.log((await load("main.ts")).said);\n`,
    "scripts/main.ts": MAIN,
    ...sources,
  };
  await mkdir(join(root, "node_modules"), { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), content);
  }
  for (const name of ["esbuild", "@esbuild", "tsx"]) {
    await symlink(resolve("node_modules", name), join(root, "node_modules", name));
  }
  await cp("scripts/read-typescript.mjs", join(root, "scripts/read-typescript.mjs"));
  return root;
}
async function say(root: string): Promise<string> {
  const given = { cwd: tmpdir(), env: { PATH: process.env["PATH"] } };
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [join(root, "scripts/say.mjs")],
    given,
  );
  return stdout.trim();
}
const WORD = "scripts/word.ts";
const wordIs = (text: string): string => `export const word: string = "${text}";\n`;
/** Without those that Node 22 and later keep of their own. */
async function bundlesOf(root: string): Promise<readonly string[]> {
  const cache = join(root, "node_modules/.cache/seclog");
  const [folder = ""] = await readdir(cache);
  const names = await readdir(join(cache, folder));
  return names.filter((name) => name !== "compiled").map((name) => join(cache, folder, name));
}

test("a second start reads the same bundle; a file that changed makes another", async () => {
  const root = await checkout({ [WORD]: wordIs("one") });
  expect(await say(root)).toBe("one");
  const first = await bundlesOf(root);
  expect(await say(root)).toBe("one");
  expect(await bundlesOf(root)).toEqual(first);
  await writeFile(join(root, WORD), wordIs("two"));
  expect(await say(root)).toBe("two");
  expect(await bundlesOf(root)).toHaveLength(first.length + 1);
});

test("a change that leaves length and time as they were is seen, and one that is taken back too", async () => {
  const root = await checkout({ [WORD]: wordIs("one") });
  const long = new Date(2020, 1, 1);
  for (const text of ["one", "two", "one", "six"]) {
    await writeFile(join(root, WORD), wordIs(text));
    await utimes(join(root, WORD), long, long);
    expect(await say(root)).toBe(text);
  }
});

test("what changes how sources become a bundle makes another", async () => {
  const root = await checkout({ [WORD]: wordIs("one") });
  await say(root);
  const before = (await bundlesOf(root)).length;
  await writeFile(join(root, "node_modules/.package-lock.json"), '{ "packages": {} }');
  expect(await say(root)).toBe("one");
  expect(await bundlesOf(root)).toHaveLength(before + 1);
});

test("a file that is gone or does not parse fails the start, whatever was made before", async () => {
  const root = await checkout({ [WORD]: wordIs("one") });
  await say(root);
  await writeFile(join(root, WORD), "export const word: string = ;");
  await expect(say(root)).rejects.toThrow(/word\.ts/);
  await rm(join(root, WORD));
  await expect(say(root)).rejects.toThrow(/word\.ts/);
});

test("where no bundle can be kept, the sources are read one by one", async () => {
  const root = await checkout({ [WORD]: wordIs("one") });
  await writeFile(join(root, "node_modules/.cache"), "");
  expect(await say(root)).toBe("one");
  expect(await readFile(join(root, "node_modules/.cache"), "utf8")).toBe("");
});

test.each([
  ["a note that is cut", async (path: string) => writeFile(path, '{"digest":')],
  ["a note that names other files", async (path: string) => writeFile(path, '{"files":[]}')],
  ["no note", async (path: string) => rm(path)],
])("%s is as good as no bundle", async (_, spoil) => {
  const root = await checkout({ [WORD]: wordIs("one") });
  await say(root);
  for (const path of await bundlesOf(root)) if (path.endsWith(".json")) await spoil(path);
  await writeFile(join(root, WORD), wordIs("two"));
  expect(await say(root)).toBe("two");
});

test("many processes that start at once all read the bundle, and leave one", async () => {
  const root = await checkout({ [WORD]: wordIs("one") });
  const said = await Promise.all(Array.from({ length: 6 }, () => say(root)));
  expect(new Set(said)).toEqual(new Set(["one"]));
  expect((await bundlesOf(root)).map((path) => path.split("/").at(-1)).sort()).toEqual([
    expect.stringMatching(/^main-ts-[0-9a-f]{64}$/),
    "main-ts.json",
  ]);
});

test("bundles that nobody can still be reading are removed", async () => {
  const root = await checkout({ [WORD]: wordIs("one") });
  await say(root);
  const before = await bundlesOf(root);
  const long = new Date(Date.now() - 25 * 3600 * 1000);
  for (const path of before) await utimes(path, long, long);
  await writeFile(join(root, WORD), wordIs("two"));
  expect(await say(root)).toBe("two");
  const after = await bundlesOf(root);
  expect(after).toHaveLength(2);
  expect(after).not.toEqual(before);
});

test("a source sees its own place, and an error names its line", async () => {
  const root = await checkout({
    [WORD]:
      "const at: string = import.meta.url;\n\nexport const word = () => new Error(at).stack;\n",
    "scripts/say.mjs": `${SAY}console.log((await load("main.ts")).said());\n`,
    "scripts/main.ts": 'import { word } from "./word.ts";\nexport const said = word;\n',
  });
  const url = `file://${join(root, WORD)}`;
  const stack = await say(root);
  expect(stack).toMatch(/^Error: file:/);
  expect(stack).toContain(`Error: ${url}\n`);
  expect(stack).toMatch(/scripts\/word\.ts:3:/);
});

test("what is imported later comes from the same bundle, a package that may be absent from its own place", async () => {
  const root = await checkout({
    [WORD]: wordIs("one"),
    "scripts/main.ts":
      'const { word } = await import("./word.ts");\nconst kind = await import("absent-package").catch((e: { code: string }) => e.code);\nexport const said = [word, kind].join(" ");\n',
  });
  expect(await say(root)).toBe("one ERR_MODULE_NOT_FOUND");
  expect(await bundlesOf(root)).toHaveLength(2);
});

const commands = Object.keys(SUMMARIES).map((name) => [name, `commands/${name}.ts`] as const);
test.each<readonly [string, string]>([
  ["the command line", "run.ts"],
  ["a thread of a dive", "adapters/dive/thread.ts"],
  ...commands,
])("%s can be a bundle", async (name, entry) => {
  const reader = JSON.stringify(resolve("scripts/read-typescript.mjs"));
  // A thread begins to work as soon as it is imported.
  const script = `import { bundleFor } from ${reader};
const bundle = await bundleFor("${entry}");
console.log(bundle.includes("dive-thread") ? undefined : (await import(bundle)).command?.name);`;
  const words = ["--input-type=module", "-e", script];
  const { stdout } = await promisify(execFile)(process.execPath, words);
  expect(stdout.trim()).toBe(entry.startsWith("commands/") ? name : "undefined");
});
