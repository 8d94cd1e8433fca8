// What the command line of `seclog dive` names, read and checked: every fault of every part in one answer.
import { readFile, stat } from "node:fs/promises";
import { sha256 } from "../adapters/digest.ts";
import { type LogStoreAccess, openLogStore } from "../adapters/log-stores/store-url.ts";
import { UnusableStore } from "../adapters/log-stores/unusable-store.ts";
import { readYaml } from "../adapters/yaml-file.ts";
import { didYouMean } from "../domain/did-you-mean.ts";
import { explainIssues, formatFault } from "../domain/fault.ts";
import { ownerFaults } from "../domain/information-request/proof-scope.ts";
import { InformationRequest } from "../domain/information-request/request.ts";
import { scopeOfRequest } from "../domain/information-request/request-scope.ts";
import { Scope } from "../domain/information-request/scope.ts";
import { parseInstant } from "../domain/instant.ts";
import type { LogProfile } from "../domain/log-profile.ts";
import type { LogStore } from "../ports/log-store.ts";
import { contains } from "./contains.ts";

export type DiveInput = {
  readonly request: InformationRequest;
  readonly requestSha256: string;
  readonly scope: Scope;
  readonly store: LogStore;
  readonly out: string;
  readonly now: string;
};
type Part<T> = { readonly value: T } | { readonly faults: readonly string[] };

/** What the policies speak of. */
export type Known = {
  readonly profiles: ReadonlyMap<string, LogProfile>;
  readonly eventTypes: ReadonlySet<string>;
};

/**
 * @param given an option by its name
 * @param clock RFC 3339 instant for a run without `--now`
 * @param access credentials of the store
 */
export async function readDiveInput(
  positionals: readonly string[],
  given: (name: string) => string | undefined,
  clock: string,
  known: Known,
  access: LogStoreAccess,
): Promise<DiveInput | { readonly faults: readonly string[] }> {
  const request = await readRequest(positionals);
  const store = await readStore(given("store"), access);
  const out = await readTarget(given("out"), "value" in store ? store.value.directory : undefined);
  const now = readNow(given("now") ?? clock);
  const scope = await readScope(given("scope"), request, known.profiles);
  const unknown = unknownWords(request, scope, given("scope") !== undefined, known);
  if (
    unknown.length === 0 &&
    "value" in request &&
    "value" in store &&
    "value" in out &&
    "value" in now &&
    "value" in scope
  ) {
    const { value, sha256: requestSha256 } = request.value;
    return {
      request: value,
      requestSha256,
      scope: scope.value,
      store: store.value,
      out: out.value,
      now: now.value,
    };
  }
  return {
    faults: [request, scope, { faults: unknown }, store, out, now].flatMap((part) =>
      "faults" in part ? part.faults : [],
    ),
  };
}

/** Event types of the request that neither the catalogue nor a given scope knows, and log sources without a profile. */
function unknownWords(
  request: RequestPart,
  scope: Part<Scope>,
  isGiven: boolean,
  known: Known,
): readonly string[] {
  const types = "value" in request ? request.value.value.event_types : [];
  const listed = "value" in scope && isGiven ? scope.value.event_types : [];
  const sources = "value" in scope ? scope.value.log_sources : [];
  return [
    ...types.flatMap((type, at) =>
      known.eventTypes.has(type) || listed.includes(type) || !("value" in request)
        ? []
        : [suggest(request.value.placeOf(at), type, known.eventTypes)],
    ),
    ...sources
      .filter((source) => !known.profiles.has(source))
      .map((source) =>
        suggest(`${source} is a log source without a profile`, source, known.profiles.keys()),
      ),
  ];
}

function suggest(fault: string, word: string, words: Iterable<string>): string {
  const meant = didYouMean(word, words);
  return `${fault}; ${meant === null ? "take a name from the policies" : `did you mean ${meant}?`}`;
}

type RequestPart = Part<{
  readonly value: InformationRequest;
  readonly sha256: string;
  /** Says where an event type stands and that it is unknown, as `validate` does. */
  readonly placeOf: (eventType: number) => string;
}>;

async function readRequest(positionals: readonly string[]): Promise<RequestPart> {
  const [file] = positionals;
  if (file === undefined || positionals.length > 1) {
    return { faults: [`name one request file, not ${positionals.length}`] };
  }
  const bytes = await readBytes(file);
  if ("faults" in bytes) return bytes;
  const result = readYaml(bytes.value, file, InformationRequest);
  if (!result.ok) return { faults: result.errors.map(formatFault) };
  const placeOf = (eventType: number): string =>
    formatFault({
      file,
      ...result.positions(["event_types", eventType]),
      key: `event_types[${eventType}]`,
      message: "is not a known event type",
    });
  return { value: { value: result.value, sha256: sha256(bytes.value), placeOf } };
}

async function readScope(
  file: string | undefined,
  request: RequestPart,
  profiles: ReadonlyMap<string, LogProfile>,
): Promise<Part<Scope>> {
  if (file === undefined) {
    return "value" in request
      ? { value: scopeOfRequest(request.value.value, profiles.values()) }
      : { faults: [] };
  }
  const bytes = await readBytes(file);
  if ("faults" in bytes) return bytes;
  const json = parseJson(bytes.value, file);
  if ("faults" in json) return json;
  const parsed = ScopeFile.safeParse(json.value);
  if (!parsed.success) {
    const complaints = explainIssues(ScopeFile, json.value, parsed.error.issues);
    return {
      faults: complaints.map(({ key, message, fix }) =>
        [`${file} ${key} ${message}`, ...(fix === undefined ? [] : [fix])].join("; "),
      ),
    };
  }
  if ("value" in request && parsed.data.request_id !== request.value.value.id) {
    return {
      faults: [
        `${file} request_id is of another request; give the scope of ${request.value.value.id}`,
      ],
    };
  }
  const beyond = "value" in request ? ownerFaults(parsed.data, request.value.value) : [];
  return beyond.length === 0
    ? { value: parsed.data }
    : { faults: beyond.map((fault) => `${file} ${fault}; give the scope of this request`) };
}

const isInstant = (text: string): boolean => parseInstant(text) !== null;
const ScopeFile = Scope.refine(({ window }) => isInstant(window.from) && isInstant(window.to), {
  message: "must be two RFC 3339 times with an offset",
  path: ["window"],
});

function parseJson(bytes: Uint8Array, file: string): Part<unknown> {
  try {
    return { value: JSON.parse(Buffer.from(bytes).toString("utf8")) };
  } catch {
    return { faults: [`${file} is not JSON; write the scope as one JSON object`] };
  }
}

async function readBytes(file: string): Promise<Part<Uint8Array>> {
  try {
    return { value: await readFile(file) };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown fault";
    return { faults: [`${file} cannot be read (${code}); check its name`] };
  }
}

async function readStore(url: string | undefined, access: LogStoreAccess): Promise<Part<LogStore>> {
  if (url === undefined) return { faults: ["--store is missing; give --store file:DIR"] };
  try {
    return { value: await openLogStore(url, access) };
  } catch (error) {
    if (error instanceof UnusableStore) return { faults: [error.message] };
    throw error;
  }
}

/** @param archive where the lines are read from: what lies in it is read as logs by the next dive */
async function readTarget(
  out: string | undefined,
  archive: string | undefined,
): Promise<Part<string>> {
  if (out === undefined || out === "")
    return { faults: ["--out is missing; give --out DIR, a directory that is not there yet"] };
  if (archive !== undefined && contains(archive, out))
    return { faults: [`--out ${out} lies in the archive; name a directory outside of it`] };
  const taken = await stat(out).then(
    () => true,
    () => false,
  );
  return taken
    ? { faults: [`--out ${out} exists already; name another directory, or move it away`] }
    : { value: out };
}

const readNow = (now: string): Part<string> =>
  isInstant(now)
    ? { value: now }
    : { faults: [`--now ${JSON.stringify(now)} is no time; write it like 2026-11-20T15:00:00Z`] };
