// Writes one commit's objects with `git fast-import`.
import type { CommitOrder, Signature, StagedFile } from "./commit-actions.ts";
import { git } from "./run-git.ts";

/** Writes the commit's objects under a ref of its own and returns its id; the branch does not move yet. */
export function fastImport(
  directory: string,
  order: CommitOrder,
  before: ReadonlyMap<string, StagedFile>,
  after: ReadonlyMap<string, StagedFile>,
): string {
  const message = Buffer.from(order.message);
  const ref = "refs/sandbox/import";
  const seconds = Math.floor(order.date.getTime() / 1000);
  const head = [
    `reset ${ref}`,
    `commit ${ref}`,
    "mark :1",
    `author ${signature(order.author)} ${seconds} +0000`,
    `committer ${signature(order.committer)} ${seconds} +0000`,
    `data ${message.length}\n`,
  ].join("\n");
  const parent = order.parent === null ? "\n" : `\nfrom ${order.parent}\n`;
  const stream = Buffer.concat([
    Buffer.from(head),
    message,
    Buffer.from(parent),
    ...changeLines(before, after),
    Buffer.from("\nget-mark :1\n"),
  ]);
  return git(directory, ["fast-import", "--quiet", "--force", "--done"], {
    input: Buffer.concat([stream, Buffer.from("done\n")]),
  })
    .toString("utf8")
    .trim();
}

function changeLines(
  before: ReadonlyMap<string, StagedFile>,
  after: ReadonlyMap<string, StagedFile>,
): readonly Buffer[] {
  const lines: Buffer[] = [];
  for (const path of before.keys()) {
    if (!after.has(path)) lines.push(Buffer.from(`D ${quoted(path)}\n`));
  }
  for (const [path, file] of after) {
    if (before.get(path) === file) continue;
    if ("content" in file) {
      lines.push(
        Buffer.from(`M ${file.mode} inline ${quoted(path)}\ndata ${file.content.length}\n`),
        file.content,
        Buffer.from("\n"),
      );
    } else lines.push(Buffer.from(`M ${file.mode} ${file.id} ${quoted(path)}\n`));
  }
  return lines;
}

function quoted(path: string): string {
  return `"${path.replace(/[\\"]/g, "\\$&").replace(/\n/g, "\\n")}"`;
}

/** `Name <mail>`, without what would end it. */
export function signature(who: Signature): string {
  const clean = (text: string): string => text.replace(/[<>\n\0]/g, "").trim();
  return `${clean(who.name)} <${clean(who.email)}>`;
}
