import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { promisify } from "node:util";
import { describe, expect, test } from "vitest";
import { validateFile } from "../../scripts/adapters/file-validation.ts";
import { command } from "../../scripts/commands/validate.ts";
import { formatFault } from "../../scripts/domain/fault.ts";
import { testTerminal } from "../terminal.ts";

const rows = (await readFile("test/cases/shared/yaml.jsonl", "utf8"))
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line));
const base: string = rows.find(({ name }) => name === "base").yaml;
const REQUEST = "requests/information-request/2026/IR-2026-0042.yaml";
const KNOWN = new Set(["deploy_key_added"]);

async function run(values: Record<string, string | boolean>, words: string[] = [], input = "") {
  const terminal = testTerminal(input);
  const code = await command.run(terminal, values, words);
  return { code, out: terminal.written(), complaints: terminal.complaints() };
}
async function treeOf(files: Record<string, string>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), "seclog-validate-"));
  for (const [name, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, name)), { recursive: true });
    await writeFile(join(root, name), content);
  }
  return root;
}
/** The command as a process of its own, in another repository. */
async function runIn(directory: string, ...words: string[]) {
  const script = resolve("scripts/seclog.mjs");
  try {
    const { stdout } = await promisify(execFile)("node", [script, "validate", ...words], {
      cwd: directory,
    });
    return { code: 0, out: stdout, complaints: "" };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, out: stdout, complaints: stderr };
  }
}

describe("a file by its place and kind", () => {
  const faults = (path: string, source: string): string[] =>
    validateFile(path, source, KNOWN).map(formatFault);

  test.each<[string, string, string[]]>([
    [REQUEST, base, []],
    ["elsewhere.yaml", base, []],
    [
      REQUEST,
      base.replace("IR-2026-0042", "IR-2026-0043"),
      [`${REQUEST}:3:1 id is not the id in the file's name; make them the same`],
    ],
    [
      REQUEST,
      base.replace("deploy_key_added", "deploy_key_aded"),
      [`${REQUEST}:8:15 event_types[0] is not a known event type; did you mean deploy_key_added?`],
    ],
    [
      "x.yaml",
      base.replace("deploy_key_added", "zzz"),
      [
        "x.yaml:8:15 event_types[0] is not a known event type; take a name from policies/event-types.yaml",
      ],
    ],
    [
      "requests/information-request/2026/notes.txt",
      "x",
      [
        "requests/information-request/2026/notes.txt:1:1 is no file of a request; requests/information-request/<year>/<id>.yaml or <id>.manifest.json",
      ],
    ],
    [
      REQUEST.replace(".yaml", ".manifest.json"),
      "{",
      [`${REQUEST.replace(".yaml", ".manifest.json")}:1:1 is not JSON`],
    ],
    [
      "policies/x.yaml",
      "kind: eligibility_polcy\n",
      ["policies/x.yaml:1:1 kind is not a known kind; did you mean eligibility_policy?"],
    ],
    ["policies/x.yaml", "apiVersion: v1\n", ["policies/x.yaml:1:1 kind is missing"]],
    [
      "policies/x.yaml",
      "kind: __proto__\n",
      [
        expect.stringContaining(
          "kind is not a known kind; use one of information_request,",
        ) as unknown as string,
      ],
    ],
    [
      "policies/x.yaml",
      "apiVersion: v1\nkind: gap_policy\nlables: []\n",
      [expect.stringContaining("labels") as unknown as string],
    ],
    ["templates/x.md.hbs", "{{prose a}}", []],
    [
      "templates/x.md.hbs",
      "{{a}}",
      [expect.stringContaining("{{a}} passes no helper") as unknown as string],
    ],
    ["templates/x.md.hbs", "{{#if", [expect.stringContaining("Parse error") as unknown as string]],
  ])("%s %j", (path, source, expected) => {
    const found = faults(path, source);
    if (expected.length === 0) expect(found).toEqual([]);
    else expect(found).toEqual(expect.arrayContaining(expected));
  });

  test("a manifest is read by its schema and by its name", async () => {
    const path = REQUEST.replace(".yaml", ".manifest.json");
    expect(faults(path, "{}")).toContain(`${path}:1:1 request is missing`);
    const sha = "a".repeat(64);
    const manifest = {
      apiVersion: "v1",
      kind: "artefact_manifest",
      request: { id: "IR-2026-0041", sha256: sha },
      policy: { sha256: sha },
      code: { sha: "x" },
      collected_at: "2026-11-20T15:00:00Z",
      expires_at: "2026-11-27T15:00:00Z",
      store: { kind: "file", query: "", parameters: {} },
      window: { from: "2026-11-16T00:00:00Z", to: "2026-11-18T00:00:00Z" },
      sources: [],
      complete: true,
      rows: { count: 0, root: sha },
      fields: [],
      gate: [],
      pseudonym_key_id: "x",
      files: [],
      artefact: { sha256: sha },
    };
    expect(faults(path, JSON.stringify(manifest))).toEqual([
      `${path}:1:1 request.id is not the id in the file's name; make them the same`,
    ]);
    const right = { ...manifest, request: { id: "IR-2026-0042", sha256: sha } };
    expect(validateFile(path, new TextEncoder().encode(JSON.stringify(right)), KNOWN)).toEqual([]);
  });
});

describe("the repository", () => {
  test("of the product is valid", async () => {
    const { code, out, complaints } = await run({});
    expect([code, complaints]).toEqual([0, ""]);
    expect(out).toMatch(/^\d+ files, all valid\.\n$/);
  });

  test("with faults lists all of them and ends with 2", async () => {
    const root = await treeOf({
      [REQUEST]: base.replace("issue: 42", "issue: 0x2A"),
      "requests/information-request/2026/.gitattributes": "* -diff",
      "requests/README.md": "fine",
      "policies/labels.yaml": "kind: label_polcy\n",
      "policies/README.md": "fine",
      "templates/note.md.hbs": "{{x}}",
    });
    const { code, out, complaints } = await runIn(root);
    expect(code).toBe(2);
    expect(out).toBe("4 files, 4 faults.\n");
    expect(
      complaints
        .trim()
        .split("\n")
        .map((line) => line.split(" ")[0]),
    ).toEqual([
      "policies/labels.yaml:1:1",
      "requests/information-request/2026/.gitattributes:1:1",
      `${REQUEST}:4:8`,
      "templates/note.md.hbs:1:1",
    ]);
    await rm(root, { recursive: true });
  });

  test("compiles the rules of a policy folder and runs their cases", async () => {
    const root = await treeOf({});
    await cp("policies", join(root, "policies"), { recursive: true });
    const file = join(root, "policies/eligibility.yaml");
    const text = await readFile(file, "utf8");
    await writeFile(
      file,
      text.replace('facts.deployment != "self-managed"\n', 'facts.deploymnt != "self-managed"\n'),
    );
    const broken = await runIn(root, "policies", "--json");
    expect(broken.code).toBe(2);
    expect(JSON.parse(broken.out)).toMatchObject({
      valid: false,
      errors: [{ file: expect.stringContaining("eligibility.yaml") }],
    });
    await writeFile(file, text);
    await rm(join(root, "policies/redaction.yaml"));
    const incomplete = await runIn(root, "policies");
    expect(incomplete.code).toBe(2);
    expect(incomplete.complaints).toContain("log-sources");
    await rm(root, { recursive: true });
  });

  test("a path that is not there", async () => {
    const { code, complaints } = await run({}, ["/nowhere.yaml"]);
    expect(code).toBe(2);
    expect(complaints).toContain("/nowhere.yaml:1:1 cannot be read");
  });
});

test("the shared cases in one batch", async () => {
  const judged = rows.filter(({ layer, gen }) => layer !== "scalar" && gen === undefined);
  const { code, out } = await run(
    { batch: "-" },
    [],
    judged.map((row) => JSON.stringify(row)).join("\n"),
  );
  expect(code).toBe(0);
  const results = out
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  for (const [at, { name, expect: wanted }] of judged.entries()) {
    expect([results[at].name, results[at].valid]).toEqual([name, wanted === "valid"]);
    expect(results[at].errors.length > 0).toBe(wanted === "invalid");
  }
});

test.each<[object, boolean]>([
  [{ path: REQUEST, yaml: base }, true],
  [{ path: REQUEST }, true],
  [{ yaml: base }, true],
  [{ path: "policies/x.yaml", yaml: "kind: x\n" }, false],
  [{ path: "scripts/run.ts", yaml: base }, false],
  [{ path: REQUEST.replace("0042", "0043"), yaml: base }, false],
  [{}, false],
  [{ yaml: 7 }, false],
  [{ path: 7, yaml: base }, false],
])("a batch line %#", async (line, valid) => {
  const { out } = await run({ batch: "-" }, [], JSON.stringify(line));
  expect(JSON.parse(out).valid).toBe(valid);
});
