/** The generic package registry: raw upload, newest file wins, lists, delete. */
import { createHash } from "node:crypto";
import { badRequest, fail, notFound } from "../errors.ts";
import { type App, type Ctx, paginate, pathId, pathParam, projectFor } from "../http.ts";
import {
  ACCESS,
  type GenericPackage,
  type PackageFile,
  type Project,
  type User,
} from "../model.ts";
import { type Json, projectUrl } from "../presenters.ts";
import type { State } from "../state.ts";

const NAME = /^[A-Za-z0-9.\-_]+$/;
const VERSION = /^(?:\.?[\w+-]+\.?)+$/;
const FILE_NAME = /^(?![~@])[A-Za-z0-9.\-_+~@]+(?<![~@])$/;

function digest(algorithm: string, content: Uint8Array): string {
  return createHash(algorithm).update(content).digest("hex");
}

function presentPackage(state: State, project: Project, one: GenericPackage): Json {
  return {
    id: one.id,
    name: one.name,
    version: one.version,
    package_type: "generic",
    status: one.status,
    _links: {
      web_path: `/${project.fullPath}/-/packages/${one.id}`,
      delete_api_path: `${state.url}/api/v4/projects/${project.id}/packages/${one.id}`,
    },
    created_at: one.createdAt,
    last_downloaded_at: null,
    tags: [],
    pipelines: [],
  };
}

function presentFile(one: GenericPackage, file: PackageFile): Json {
  return {
    id: file.id,
    package_id: one.id,
    created_at: file.createdAt,
    file_name: file.fileName,
    size: file.content.byteLength,
    file_md5: digest("md5", file.content),
    file_sha1: digest("sha1", file.content),
    file_sha256: file.sha256,
    pipelines: [],
  };
}

/** The body of an upload answered with `select=package_file`. */
function presentUpload(
  state: State,
  project: Project,
  one: GenericPackage,
  file: PackageFile,
): Json {
  return {
    ...presentFile(one, file),
    file_store: 1,
    updated_at: file.createdAt,
    status: "default",
    file: { url: `${projectUrl(state, project)}/-/package_files/${file.id}/download` },
  };
}

async function upload(c: Ctx, state: State): Promise<Response> {
  const { project, user } = projectFor(c, state, ACCESS.developer);
  const name = pathParam(c, "name");
  const version = pathParam(c, "version");
  const fileName = pathParam(c, "file");
  if (!NAME.test(name)) fail(400, { error: "package_name is invalid" });
  if (!VERSION.test(version)) fail(400, { error: "package_version is invalid" });
  if (!FILE_NAME.test(fileName)) fail(400, { error: "file_name is invalid" });
  const { params } = c.var;
  const status = params.oneOf("status", ["default", "hidden"]) ?? "default";
  const select = params.oneOf("select", ["package_file"]);
  const content = new Uint8Array(await c.req.arrayBuffer());
  const one = findOrCreate(state, project, user, name, version);
  one.status = status;
  const file: PackageFile = {
    id: state.nextId("package_file"),
    fileName,
    content,
    sha256: digest("sha256", content),
    createdAt: state.stamp(),
    pipelineId: null,
  };
  one.files.push(file);
  return select === undefined
    ? c.json({ message: "201 Created" }, 201)
    : c.json(presentUpload(state, project, one, file), 201);
}

function findOrCreate(
  state: State,
  project: Project,
  user: User,
  name: string,
  version: string,
): GenericPackage {
  const known = project.packages.find((row) => row.name === name && row.version === version);
  if (known !== undefined) return known;
  const made: GenericPackage = {
    id: state.nextId("package"),
    name,
    version,
    status: "default",
    creatorId: user.id,
    createdAt: state.stamp(),
    files: [],
  };
  project.packages.push(made);
  return made;
}

function listed(c: Ctx, project: Project): GenericPackage[] {
  const { params } = c.var;
  const type = params.text("package_type");
  const name = params.text("package_name");
  const version = params.text("package_version");
  const status = params.text("status");
  const hidden = params.flag("include_versionless");
  const column =
    params.oneOf("order_by", ["created_at", "name", "version", "type"]) ?? "created_at";
  const sign = params.oneOf("sort", ["asc", "desc"]) === "desc" ? -1 : 1;
  const value = (one: GenericPackage): string =>
    ({ created_at: one.createdAt, name: one.name, version: one.version, type: "generic" })[column];
  return project.packages
    .filter(() => type === undefined || type === "generic")
    .filter((one) => name === undefined || one.name.includes(name))
    .filter((one) => version === undefined || one.version === version)
    .filter((one) =>
      status === undefined ? one.status === "default" || hidden === true : one.status === status,
    )
    .sort((a, b) => sign * (value(a) < value(b) ? -1 : value(a) > value(b) ? 1 : a.id - b.id));
}

export function registerPackages(app: App, state: State): void {
  const generic = "/projects/:id/packages/generic/:name/:version/:file";
  const base = "/projects/:id/packages";
  const one = (c: Ctx, level: number): { project: Project; found: GenericPackage } => {
    const { project } = projectFor(c, state, level);
    const id = pathId(c, "package_id");
    return { project, found: project.packages.find((row) => row.id === id) ?? notFound("Package") };
  };
  app.put(generic, (c) => upload(c, state));
  app.get(generic, (c) => {
    const { project } = projectFor(c, state, ACCESS.reporter);
    const found = project.packages.find(
      (row) => row.name === pathParam(c, "name") && row.version === pathParam(c, "version"),
    );
    const file = found?.files.filter((row) => row.fileName === pathParam(c, "file")).at(-1);
    if (file === undefined) notFound(found === undefined ? "Package" : "Package File");
    return c.body(Buffer.from(file.content), 200, {
      "content-type": "application/octet-stream",
      "content-disposition": `attachment; filename="${file.fileName}"`,
    });
  });
  app.get(base, (c) => {
    const { project } = projectFor(c, state, ACCESS.reporter);
    return c.json(
      paginate(c, listed(c, project)).map((row) => presentPackage(state, project, row)),
    );
  });
  app.get(`${base}/:package_id`, (c) => {
    const { project, found } = one(c, ACCESS.reporter);
    return c.json(presentPackage(state, project, found));
  });
  app.delete(`${base}/:package_id`, (c) => {
    const { project, found } = one(c, ACCESS.maintainer);
    project.packages.splice(project.packages.indexOf(found), 1);
    return c.body(null, 204);
  });
  app.get(`${base}/:package_id/package_files`, (c) => {
    const { found } = one(c, ACCESS.reporter);
    return c.json(paginate(c, found.files).map((file) => presentFile(found, file)));
  });
  app.delete(`${base}/:package_id/package_files/:file_id`, (c) => {
    const { found } = one(c, ACCESS.maintainer);
    const at = found.files.findIndex((file) => file.id === pathId(c, "file_id"));
    if (at < 0) notFound("Package File");
    found.files.splice(at, 1);
    return c.body(null, 204);
  });
  app.put(`${base}/generic/*`, () => badRequest("package path is invalid"));
}
