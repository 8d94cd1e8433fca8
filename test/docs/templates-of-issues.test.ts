import { readdir, readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { loadPolicies } from "../../scripts/adapters/policy-folder.ts";

const FOLDERS = [".gitlab/issue_templates", ".gitlab/merge_request_templates"];

test("the labels that templates set are labels of the policy", async () => {
  const { labels } = (await loadPolicies("policies")).labels;
  const known = new Set(labels.map(({ name }) => name));
  for (const folder of FOLDERS)
    for (const file of await readdir(folder)) {
      const text = await readFile(`${folder}/${file}`, "utf8");
      for (const [, name] of text.matchAll(/~"([^"]+)"/g)) expect(known).toContain(name);
    }
});

test("templates set labels and confidentiality, and no other quick action", async () => {
  for (const folder of FOLDERS)
    for (const file of await readdir(folder)) {
      const text = await readFile(`${folder}/${file}`, "utf8");
      const commands = [...text.matchAll(/^\/(\w+)/gm)].map(([, name]) => String(name));
      expect(["confidential", "label"]).toEqual(expect.arrayContaining(commands));
    }
});

test("a request for a customer is confidential from its first moment", async () => {
  const text = await readFile(".gitlab/issue_templates/information_request.md", "utf8");
  expect(text.split("\n")).toContain("/confidential");
  expect(text.startsWith("<!-- seclog:form information_request v1 -->\n")).toBe(true);
});
