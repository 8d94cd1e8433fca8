// The repository as a whole: tree, comparison, blobs, merge bases, archive, tags.
import { fail, notFound } from "../errors.ts";
import {
  commitOf,
  presentCommit,
  type Readable,
  readable,
  refOf,
  writable,
} from "../git/access.ts";
import type { TreeEntry } from "../git/git-output.ts";
import { EMPTY_TREE, NO_COMMIT } from "../git/repository.ts";
import { type App, type Ctx, paginate, paginateKeyset, pathParam, wantsKeyset } from "../http.ts";
import { type Json, projectUrl } from "../presenters.ts";
import type { State } from "../state.ts";

export function registerRepository(app: App, state: State): void {
  const base = "/projects/:id/repository";
  app.get(`${base}/tree`, (c) => tree(c, state));
  app.get(`${base}/compare`, (c) => compare(c, state));
  app.get(`${base}/merge_base`, (c) => mergeBase(c, state));
  app.get(`${base}/blobs/:sha`, (c) => {
    const { repository } = readable(c, state);
    const sha = pathParam(c, "sha");
    const bytes = repository.blob(sha) ?? notFound("Blob");
    return c.json({
      size: bytes.length,
      encoding: "base64",
      content: bytes.toString("base64"),
      sha,
    });
  });
  app.get(`${base}/blobs/:sha/raw`, (c) => {
    const { repository } = readable(c, state);
    const bytes = repository.blob(pathParam(c, "sha")) ?? notFound("Blob");
    return c.body(new Uint8Array(bytes), 200, { "content-type": "text/plain; charset=utf-8" });
  });
  for (const [name, format, type] of ARCHIVES) {
    app.get(`${base}/${name}`, (c) => archive(c, state, format, type));
  }
  registerTags(app, state);
}

const ARCHIVES = [
  ["archive", "tar.gz", "application/gzip"],
  ["archive.tar.gz", "tar.gz", "application/gzip"],
  ["archive.tar", "tar", "application/x-tar"],
  ["archive.zip", "zip", "application/zip"],
] as const;

function tree(c: Ctx, state: State): Response {
  const { project, repository } = readable(c, state);
  const params = c.var.params;
  const ref = refOf(c, project);
  const commit = repository.resolve(ref) ?? notFound("Tree");
  const recursive = params.flag("recursive") ?? false;
  const entries = repository.tree(commit, params.text("path") ?? "", recursive);
  if (entries === null) notFound("invalid revision or path");
  if (!wantsKeyset(c)) return c.json(paginate(c, entries));
  return c.json(treeByKey(c, entries));
}

/** The tree's own keyset: `page_token` is the id of the last entry of the page before. */
function treeByKey(c: Ctx, entries: readonly TreeEntry[]): TreeEntry[] {
  const token = c.var.params.text("page_token");
  const start = token === undefined ? 0 : entries.findIndex((one) => keyOf(one) === token) + 1;
  const numbered = entries.map((entry, position) => ({ entry, position }));
  const page = paginateKeyset(c, numbered.slice(start), {
    column: "position",
    value: (row) => row.position,
    id: (row) => row.position,
    descending: false,
  }).map((row) => row.entry);
  const last = page.at(-1);
  const more = start + page.length < entries.length;
  c.header("link", undefined);
  if (last !== undefined && more) {
    const url = new URL(c.req.url);
    url.searchParams.delete("cursor");
    url.searchParams.set("page_token", keyOf(last));
    c.header("link", `<${url.toString()}>; rel="next"`);
  }
  return page;
}

/** Ids of equal files are equal, so the path is part of the key. */
function keyOf(entry: TreeEntry): string {
  return Buffer.from(`${entry.id} ${entry.path}`).toString("base64url");
}

function compare(c: Ctx, state: State): Response {
  const where = readable(c, state);
  const { project, repository } = where;
  const params = c.var.params;
  const from = repository.commit(params.required("from")) ?? notFound("Ref");
  const to = repository.commit(params.required("to")) ?? notFound("Ref");
  const straight = params.flag("straight") ?? false;
  const base = repository.mergeBase([from.id, to.id]);
  const start = straight ? from.id : (base ?? EMPTY_TREE);
  const commits = repository.log({ ref: to.id, exclude: from.id }).toReversed();
  const shown = commits.map((commit) => presentCommit(state, project, commit));
  return c.json({
    commit: shown.at(-1) ?? null,
    commits: shown,
    diffs: repository.diff(start, to.id),
    compare_timeout: false,
    compare_same_ref: from.id === to.id,
    web_url: `${projectUrl(state, project)}/-/compare/${from.id}...${to.id}`,
  });
}

function mergeBase(c: Ctx, state: State): Response {
  const { project, repository } = readable(c, state);
  const refs = c.var.params.list("refs") ?? fail(400, { error: "refs is missing" });
  if (refs.length < 2) fail(400, "Provide at least 2 refs");
  const ids = refs.map((ref) => repository.resolve(ref) ?? fail(400, `Could not find ref: ${ref}`));
  const base = repository.mergeBase(ids) ?? notFound("Merge Base");
  return c.json(presentCommit(state, project, commitOf(repository, base)));
}

function archive(c: Ctx, state: State, format: "tar" | "tar.gz" | "zip", type: string): Response {
  const { project, repository } = readable(c, state);
  const commit = repository.resolve(refOf(c, project, "sha")) ?? notFound("File");
  const name = `${project.path}-${commit}`;
  return c.body(new Uint8Array(repository.archive(commit, format, name)), 200, {
    "content-type": type,
    "content-disposition": `attachment; filename="${name}.${format}"`,
  });
}

function registerTags(app: App, state: State): void {
  const base = "/projects/:id/repository/tags";
  app.get(base, (c) => {
    const where = readable(c, state);
    const names = [...where.repository.tags().keys()];
    return c.json(paginate(c, names).map((name) => presentTag(state, where, name)));
  });
  app.get(`${base}/:tag`, (c) =>
    c.json(presentTag(state, readable(c, state), pathParam(c, "tag"))),
  );
  app.post(base, (c) => {
    const where = writable(c, state);
    const { repository } = where;
    const name = c.var.params.required("tag_name");
    const ref = c.var.params.required("ref");
    if (repository.tags().has(name)) fail(400, `Tag ${name} already exists`);
    const target = repository.resolve(ref) ?? fail(400, `Target ${ref} is invalid`);
    if (!repository.validBranchName(name)) fail(400, "Tag name invalid");
    repository.updateRef(`refs/tags/${name}`, target, NO_COMMIT);
    return c.json(presentTag(state, where, name), 201);
  });
  app.delete(`${base}/:tag`, (c) => {
    const { repository } = writable(c, state);
    const name = pathParam(c, "tag");
    const target = repository.tags().get(name) ?? notFound("Tag");
    repository.deleteRef(`refs/tags/${name}`, target);
    return c.body(null, 204);
  });
}

function presentTag(state: State, where: Readable, name: string): Json {
  const target = where.repository.tags().get(name) ?? notFound("Tag");
  const commit = commitOf(where.repository, `refs/tags/${name}`);
  return {
    name,
    message: "",
    target,
    commit: presentCommit(state, where.project, commit),
    release: null,
    protected: false,
    created_at: null,
  };
}
