// Single files: metadata, content, raw bytes, blame-free; create, update and delete as one commit each.
import { createHash } from "node:crypto";
import { fail, notFound } from "../errors.ts";
import { commitOf, readable, refOf } from "../git/access.ts";
import type { FileAction } from "../git/commit-actions.ts";
import type { TreeEntry } from "../git/git-output.ts";
import type { Repository } from "../git/repository.ts";
import { contentOf, filesFor, writeFiles } from "../git/write-files.ts";
import { type App, type Ctx, pathParam } from "../http.ts";
import type { Json } from "../presenters.ts";
import type { State } from "../state.ts";

export function registerRepositoryFiles(app: App, state: State): void {
  const path = "/projects/:id/repository/files/:path";
  app.get(`${path}/raw`, (c) => {
    const { file, bytes } = fileOf(c, state, refOrDefault(c));
    setHeaders(c, file);
    return c.body(new Uint8Array(bytes), 200, { "content-type": "text/plain; charset=utf-8" });
  });
  app.get(path, (c) => {
    const { file, bytes } = fileOf(c, state, requiredRef(c));
    setHeaders(c, file);
    return c.json({ ...file, content: bytes.toString("base64") });
  });
  app.post(path, (c) => write(c, state, "create"));
  app.put(path, (c) => write(c, state, "update"));
  app.delete(path, (c) => write(c, state, "delete"));
}

function requiredRef(c: Ctx): string {
  return c.var.params.required("ref");
}

function refOrDefault(c: Ctx): string | undefined {
  return c.var.params.text("ref");
}

function fileOf(
  c: Ctx,
  state: State,
  wanted: string | undefined,
): { readonly file: Json; readonly bytes: Buffer } {
  const { project, repository } = readable(c, state);
  const ref = wanted ?? refOf(c, project);
  const commit = commitOf(repository, ref);
  const path = pathParam(c, "path");
  const entry = path === "" ? null : repository.entry(commit.id, path);
  if (entry?.type !== "blob") notFound("File");
  const bytes = repository.blob(entry.id) ?? notFound("File");
  return { file: describe(repository, commit.id, ref, entry, bytes), bytes };
}

function describe(
  repository: Repository,
  commit: string,
  ref: string,
  entry: TreeEntry,
  bytes: Buffer,
): Json {
  return {
    file_name: entry.name,
    file_path: entry.path,
    size: bytes.length,
    encoding: "base64",
    content_sha256: createHash("sha256").update(bytes).digest("hex"),
    ref,
    blob_id: entry.id,
    commit_id: commit,
    last_commit_id: repository.lastCommitFor(commit, entry.path),
    execute_filemode: entry.mode === "100755",
  };
}

function setHeaders(c: Ctx, file: Json): void {
  for (const [key, value] of Object.entries(file)) {
    c.header(`x-gitlab-${key.replaceAll("_", "-")}`, encodeURI(String(value)));
  }
}

const STALE: Readonly<Record<"create" | "update" | "delete", string>> = {
  create: "You are attempting to update a file that has changed since you started editing it.",
  update: "You are attempting to update a file that has changed since you started editing it.",
  delete: "You are attempting to delete a file that has been previously updated.",
};

function write(c: Ctx, state: State, action: "create" | "update" | "delete"): Response {
  const { project, user } = filesFor(c, state);
  const params = c.var.params;
  const branch = params.required("branch");
  const message = params.required("commit_message");
  const content = contentOf(params);
  if (action !== "delete" && content === undefined) fail(400, { error: "content is missing" });
  const filePath = pathParam(c, "path");
  const lastCommitId = params.text("last_commit_id");
  const main: FileAction = { action, filePath, content, lastCommitId };
  const executable = params.flag("execute_filemode");
  const mode: readonly FileAction[] =
    executable === undefined ? [] : [{ action: "chmod", filePath, executable }];
  writeFiles(state, params, {
    project,
    user,
    branch,
    message,
    actions: [main, ...mode],
    refusal: 400,
    staleMessage: STALE[action],
  });
  if (action === "delete") return c.body(null, 204);
  return c.json({ file_path: filePath, branch }, action === "create" ? 201 : 200);
}
