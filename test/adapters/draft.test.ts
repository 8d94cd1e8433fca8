import { spawn } from "node:child_process";
import { chmod, mkdir, readdir, readFile, symlink, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openDraft, TargetExists } from "../../scripts/adapters/artefact/draft.ts";
import { lockTarget, TargetBusy } from "../../scripts/adapters/artefact/draft-lock.ts";
import { temporaryDirectory } from "./log-dive-fixtures.ts";

const target = async (): Promise<string> => join(await temporaryDirectory(), "artefact");

test("becomes its target in one step, without its units", async () => {
  const out = await target();
  const draft = await openDraft(out);
  const file = await draft.create("a/b.txt");
  await file.append("text");
  await file.close();
  await mkdir(draft.units);
  await writeFile(join(draft.units, "one"), "1");
  await draft.join("a/c.txt", [join(draft.units, "one"), join(draft.units, "one")]);
  await draft.finish();
  await draft.discard();
  expect(await readdir(join(out, ".."))).toEqual(["artefact"]);
  expect(await readdir(join(out, "a"))).toEqual(["b.txt", "c.txt"]);
  expect(await readFile(join(out, "a/c.txt"), "utf8")).toBe("11");
  await expect(openDraft(out)).rejects.toThrow(TargetExists);
});

test("left alone it keeps its units; a later one finds them and nothing else", async () => {
  const out = await target();
  const draft = await openDraft(out);
  await mkdir(draft.units);
  await writeFile(join(draft.units, "one"), "1");
  await draft.create("rows.ndjson");
  await draft.leave();
  expect(await readdir(`${out}.part`)).toEqual(["units"]);
  await writeFile(join(`${out}.part`, "half.ndjson"), "left by a killed run");
  const again = await openDraft(out);
  expect(await readdir(again.directory)).toEqual(["units"]);
  await again.discard();
  expect(await readdir(join(out, ".."))).toEqual([]);
});

test("never takes a target that came in the meantime", async () => {
  const out = await target();
  const draft = await openDraft(out);
  await mkdir(out);
  await expect(draft.finish()).rejects.toThrow(TargetExists);
  await draft.discard();
  expect(await readdir(join(out, ".."))).toEqual(["artefact"]);
});

test("touches nothing of its name that is not its own", async () => {
  const [file, folder, link, open] = await Promise.all([target(), target(), target(), target()]);
  await writeFile(`${file}.part`, "mine");
  await mkdir(`${folder}.part`, { mode: 0o700 });
  await writeFile(join(`${folder}.part`, "mine"), "mine");
  await symlink(folder, `${link}.part`);
  await mkdir(`${open}.part`);
  await chmod(`${open}.part`, 0o755);
  for (const out of [file, folder, link, open]) {
    await expect(openDraft(out)).rejects.toThrow(TargetExists);
    expect(await readdir(join(out, ".."))).toEqual(["artefact.part"]);
  }
  expect(await readFile(join(`${folder}.part`, "mine"), "utf8")).toBe("mine");
});

test("one run at a time writes a target", async () => {
  const out = await target();
  const draft = await openDraft(out);
  await expect(openDraft(out)).rejects.toThrow(TargetBusy);
  await draft.discard();
  await (await openDraft(out)).discard();
  expect(await readdir(join(out, ".."))).toEqual([]);
});

const LOCK = `import { lockTarget } from ${JSON.stringify(join(import.meta.dirname, "../../scripts/adapters/artefact/draft-lock.ts"))};
await lockTarget(process.argv[1]).then(() => console.log("locked"), (error) => console.log(error.name));
setTimeout(() => {}, 60_000);`;

/** A process that tries to lock, and lives on. */
async function locker(path: string) {
  const child = spawn(process.execPath, [
    "--import",
    "tsx",
    "--input-type=module",
    "-e",
    LOCK,
    path,
  ]);
  const [said] = await new Promise<Buffer[]>((resolve) => {
    child.stdout.once("data", (chunk) => resolve([chunk]));
    child.once("close", () => resolve([Buffer.from("ended")]));
  });
  return { child, said: String(said).trim() };
}

test("the lock of a living process holds, that of a killed one does not", async () => {
  const path = `${await target()}.lock`;
  const first = await locker(path);
  expect(first.said).toBe("locked");
  await expect(lockTarget(path)).rejects.toThrow(
    /another run writes the same artefact \(process \d+/,
  );
  first.child.kill("SIGKILL");
  await new Promise((resolve) => first.child.once("close", resolve));
  const release = await lockTarget(path);
  await release();
  expect(await readdir(join(path, ".."))).toEqual([]);
}, 60_000);

test.skipIf(process.platform !== "linux")(
  "a killed process that nobody asked for its end holds no lock",
  async () => {
    const path = `${await target()}.lock`;
    // The shell becomes a program that knows nothing of its child.
    const parent = spawn("sh", ["-c", "sleep 0 & echo $!; exec sleep 30"]);
    const said: Buffer = await new Promise((resolve) => parent.stdout.once("data", resolve));
    const pid = Number(said.toString());
    const fields = async (): Promise<string[]> =>
      (await readFile(`/proc/${pid}/stat`, "utf8")).replace(/^.*\) /s, "").split(" ");
    await expect.poll(async () => (await fields())[0]).toBe("Z");
    await mkdir(path);
    await writeFile(join(path, `${hostname()}:${pid}:${(await fields())[19]}`), "");
    await (await lockTarget(path))();
    parent.kill();
  },
);

test("of runs that begin at once at most one gets the lock", async () => {
  const path = `${await target()}.lock`;
  const all = await Promise.all(Array.from({ length: 4 }, () => locker(path)));
  const locked = all.filter(({ said }) => said === "locked");
  expect(locked.length).toBeLessThanOrEqual(1);
  expect(all.filter(({ said }) => said === "TargetBusy")).toHaveLength(4 - locked.length);
  for (const { child } of all) child.kill("SIGKILL");
}, 60_000);

test("the number of a dead process that lives again as another one holds no lock; another machine's does", async () => {
  const path = `${await target()}.lock`;
  await mkdir(path);
  await writeFile(join(path, `${hostname()}:${process.ppid}:1`), "");
  await (await lockTarget(path))();
  await mkdir(path);
  await writeFile(join(path, "elsewhere:1:1"), "");
  await expect(lockTarget(path)).rejects.toThrow(/on elsewhere.*remove/);
  await writeFile(join(path, "nonsense"), "");
  await expect(lockTarget(path)).rejects.toThrow(TargetBusy);
});
