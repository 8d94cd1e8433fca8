// Judges one file of the repository by what it is: request, manifest, policy or template.
import * as z from "zod";
import { didYouMean } from "../domain/did-you-mean.ts";
import { explainIssues, type Fault } from "../domain/fault.ts";
import { Manifest } from "../domain/information-request/manifest.ts";
import { InformationRequest } from "../domain/information-request/request.ts";
import { readRequestPath } from "../domain/information-request/request-path.ts";
import { KINDS } from "./policy-kinds.ts";
import { templateFaults } from "./template.ts";
import { type Positions, REQUEST_BYTES, readYaml } from "./yaml-file.ts";

/** Policies are ours and may be long; the cap only stops a runaway. */
const POLICY_BYTES = 512 * 1024;
const Kind = z.looseObject({ kind: z.string() });

/**
 * The faults of a file; none = valid.
 * @param path from the root of the repository, with `/`: decides what the file may be
 * @param eventTypes the names that a request may use
 */
export function validateFile(
  path: string,
  source: string | Uint8Array,
  eventTypes: ReadonlySet<string>,
): readonly Fault[] {
  if (path.startsWith("requests/")) return validateRequestPart(path, source, eventTypes);
  if (path.endsWith(".hbs")) return validateTemplate(path, source);
  const kind = readYaml(source, path, Kind, POLICY_BYTES);
  if (!kind.ok) return kind.errors;
  const schema = KINDS.get(kind.value.kind);
  if (schema === InformationRequest) return validateRequest(path, source, eventTypes);
  if (schema !== undefined) return faultsOf(readYaml(source, path, schema, POLICY_BYTES));
  const meant = didYouMean(kind.value.kind, KINDS.keys());
  const fix =
    meant === null ? `use one of ${[...KINDS.keys()].join(", ")}` : `did you mean ${meant}?`;
  return [
    { file: path, ...kind.positions(["kind"]), key: "kind", message: "is not a known kind", fix },
  ];
}

/** The faults of a request file that may lie anywhere. */
export function validateRequest(
  file: string,
  source: string | Uint8Array,
  eventTypes: ReadonlySet<string>,
): readonly Fault[] {
  const read = readYaml(source, file, InformationRequest, REQUEST_BYTES);
  return read.ok ? unknownEventTypes(file, read.value, read.positions, eventTypes) : read.errors;
}

/** The fault of a path that no file of a request may have, or none. */
export function validateRequestPath(path: string): readonly Fault[] {
  if (readRequestPath(path) !== null) return [];
  return [
    whole(
      path,
      "is no file of a request",
      "requests/information-request/<year>/<id>.yaml or <id>.manifest.json",
    ),
  ];
}

function validateRequestPart(
  path: string,
  source: string | Uint8Array,
  eventTypes: ReadonlySet<string>,
): readonly Fault[] {
  const part = readRequestPath(path);
  if (part === null) return validateRequestPath(path);
  if (part.part === "manifest") return validateManifest(path, source, part.id);
  const read = readYaml(source, path, InformationRequest, REQUEST_BYTES);
  if (!read.ok) return read.errors;
  const named = read.value.id === part.id ? [] : [otherId(path, read.positions(["id"]), "id")];
  return [...named, ...unknownEventTypes(path, read.value, read.positions, eventTypes)];
}

function validateManifest(path: string, source: string | Uint8Array, id: string): readonly Fault[] {
  let value: unknown;
  try {
    value = JSON.parse(typeof source === "string" ? source : new TextDecoder().decode(source));
  } catch {
    return [whole(path, "is not JSON")];
  }
  const parsed = Manifest.safeParse(value);
  if (!parsed.success)
    return explainIssues(Manifest, value, parsed.error.issues).map(({ path: _, ...rest }) => ({
      file: path,
      ...START,
      ...rest,
    }));
  return parsed.data.request.id === id ? [] : [otherId(path, START, "request.id")];
}

function validateTemplate(path: string, source: string | Uint8Array): readonly Fault[] {
  const text = typeof source === "string" ? source : new TextDecoder().decode(source);
  try {
    return templateFaults(text).map((message) => whole(path, message));
  } catch (error) {
    return [whole(path, error instanceof Error ? error.message : "cannot be read")];
  }
}

function unknownEventTypes(
  file: string,
  request: InformationRequest,
  positions: Positions,
  known: ReadonlySet<string>,
): readonly Fault[] {
  return request.event_types.flatMap((name, at) => {
    if (known.has(name)) return [];
    const meant = didYouMean(name, known);
    const fix =
      meant === null ? "take a name from policies/event-types.yaml" : `did you mean ${meant}?`;
    const key = `event_types[${at}]`;
    return [
      { file, ...positions(["event_types", at]), key, message: "is not a known event type", fix },
    ];
  });
}

const START = { line: 1, column: 1 };
const whole = (file: string, message: string, fix?: string): Fault => ({
  file,
  ...START,
  key: "",
  message,
  ...(fix === undefined ? {} : { fix }),
});
const otherId = (file: string, place: { line: number; column: number }, key: string): Fault => ({
  file,
  ...place,
  key,
  message: "is not the id in the file's name",
  fix: "make them the same",
});
const faultsOf = (
  read: { ok: true } | { ok: false; errors: readonly Fault[] },
): readonly Fault[] => (read.ok ? [] : read.errors);
