// Units are kept for exactly the code that read them.
import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { bindingOf } from "../../scripts/adapters/dive/binding.ts";
import { createFileStore } from "../../scripts/adapters/log-stores/file.ts";
import { scopeOf, temporaryDirectory } from "./log-dive-fixtures.ts";

const SCRIPTS = new URL("../../scripts/", import.meta.url).pathname;
const bound = async (codeSha: string) =>
  bindingOf({
    ...{ requestSha256: "r", scope: scopeOf(), policySha256: "p", codeSha, keyId: "k" },
    ...{ limits: { rows: 1, quarantined: 1 }, kind: "file" },
    store: createFileStore(await temporaryDirectory()),
  });

test("the code is the commit that a pipeline names, else all TypeScript below scripts", async () => {
  expect((await bound("c0ffee"))["code"]).toBe("c0ffee");
  const hash = createHash("sha256");
  const names = readdirSync(SCRIPTS, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .sort();
  for (const name of names) {
    const text = readFileSync(SCRIPTS + name);
    hash.update(`${name} ${text.length}\n`).update(text);
  }
  expect(names).toContain("run.ts");
  expect((await bound("unknown"))["code"]).toBe(hash.digest("hex"));
});
