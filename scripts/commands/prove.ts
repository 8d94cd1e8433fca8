// `seclog prove`: from the evidence and the request alone, is an artefact what its log-dive had to write? Offline.
import { readFile, stat } from "node:fs/promises";
import { type Proof, proveArtefact } from "../adapters/artefact/proof.ts";
import { sha256 } from "../adapters/digest.ts";
import { loadHandOver } from "../adapters/hand-over-policy.ts";
import { loadLogProfiles } from "../adapters/log-profiles.ts";
import { POLICY_FOLDER } from "../adapters/policy-path.ts";
import { masterKey, pseudonymsFor } from "../adapters/pseudonym.ts";
import { REQUEST_BYTES, readYaml } from "../adapters/yaml-file.ts";
import { formatFault } from "../domain/fault.ts";
import { InformationRequest } from "../domain/information-request/request.ts";
import { type Command, EXIT, type Terminal } from "./command.ts";

export const command: Command = {
  name: "prove",
  usage: "DIR [--request REQUEST.yaml] [--key] [--policies DIR]",
  help: `
Judges and redacts every line of DIR/evidence/ again and compares what must come out with what is there: each row is in
scope and has its line, each matched line has its row or is withheld for its reason, each quarantined line truly cannot be
judged, and counts, row digests, root, file digests, policy digest and manifest hold. DIR is what \`dive\` wrote, or a
package whose files were opened with age (where evidence/matched.ndjson is evidence.matched.ndjson).

--request FILE  the request file: the scope must be this request's, and nothing beyond it
--key           with the pseudonym key in SECLOG_PSEUDONYM_KEY: every byte of the rows is derived again. Without it,
                all but the digits of the pseudonyms is; those are checked for one value, one pseudonym
--json          {ok, request, complete, pseudonyms, checked, faults: [{file, line, message}], fault_count}

Exit codes: 0 proven, 3 not, 2 bad input. No message repeats a value of a row.
Example: seclog prove artefact --request requests/information-request/2026/IR-2026-0042.yaml`,
  options: {
    request: { type: "string" },
    key: { type: "boolean" },
    policies: { type: "string" },
  },
  run: async (terminal, values, positionals) => {
    const given = (name: string): string | undefined =>
      typeof values[name] === "string" ? values[name] : undefined;
    const key = values["key"] === true ? terminal.env["SECLOG_PSEUDONYM_KEY"] || null : undefined;
    const [directory, request] = await Promise.all([
      readDirectory(positionals),
      readRequest(given("request")),
    ]);
    const faults = [
      ...("fault" in directory ? [directory.fault] : []),
      ...("faults" in request ? request.faults : []),
      ...(key === null ? ["--key needs the pseudonym key in SECLOG_PSEUDONYM_KEY"] : []),
    ];
    if ("fault" in directory || "faults" in request || key === null) {
      for (const fault of faults) terminal.complain(`seclog prove: ${fault}\n`);
      return EXIT.badInput;
    }
    const folder = given("policies") ?? POLICY_FOLDER;
    const profiles = await loadLogProfiles(folder);
    const { artefact_expires_after: keepFor } = await loadHandOver(folder);
    const master = key === undefined ? null : await masterKey(key, "");
    const proof = await proveArtefact({
      directory: directory.name,
      profiles,
      keepFor,
      request: request.value,
      pseudonymsOf: master === null ? null : (id) => pseudonymsFor(master, id),
    });
    report(terminal, proof, request.value !== null, values["json"] === true);
    return proof.faultCount === 0 ? EXIT.done : EXIT.gateClosed;
  },
};

async function readDirectory(
  positionals: readonly string[],
): Promise<{ readonly name: string } | { readonly fault: string }> {
  const [name] = positionals;
  if (name === undefined || positionals.length > 1)
    return { fault: `name one directory, not ${positionals.length}` };
  const found = await stat(name).catch(() => null);
  return found?.isDirectory() === true
    ? { name }
    : { fault: `${name} is not a directory that can be read` };
}

type GivenRequest = { readonly value: InformationRequest; readonly sha256: string };

async function readRequest(
  file: string | undefined,
): Promise<{ readonly value: GivenRequest | null } | { readonly faults: readonly string[] }> {
  if (file === undefined) return { value: null };
  const bytes = await readFile(file).catch(() => null);
  if (bytes === null) return { faults: [`${file} cannot be read; check its name`] };
  const read = readYaml(bytes, file, InformationRequest, REQUEST_BYTES);
  return read.ok
    ? { value: { value: read.value, sha256: sha256(bytes) } }
    : { faults: read.errors.map(formatFault) };
}

const PSEUDONYMS = {
  bytes: "derived again with the key, byte for byte",
  links: "the key was not given: their digits were not derived; one value has one pseudonym",
  shape:
    "the key was not given: their digits were not derived, and there are too many to follow each",
} as const;

function report(terminal: Terminal, proof: Proof, withRequest: boolean, json: boolean): void {
  const { manifest, faults, faultCount, rows, matched, quarantined, pseudonyms } = proof;
  const ok = faultCount === 0;
  const id = manifest?.request.id ?? null;
  const complete = manifest?.complete ?? null;
  if (json) {
    const checked = { rows, matched, quarantined, request: withRequest };
    terminal.write(
      `${JSON.stringify({ ok, request: id, complete, pseudonyms, checked, faults, fault_count: faultCount })}\n`,
    );
    return;
  }
  const place = (file: string, line: number | null): string =>
    line === null ? file : `${file}:${line}`;
  const lines = ok
    ? [
        `${id}: proven. ${rows} rows, ${matched} matched lines, ${quarantined} quarantined lines${complete === true ? "" : "; the collection is INCOMPLETE and can never be released"}.`,
        `  artefact    ${manifest?.artefact.sha256}`,
        `  request     ${withRequest ? "the given file, and the scope is its own" : "not compared: give --request REQUEST.yaml"}`,
        `  pseudonyms  ${PSEUDONYMS[pseudonyms]}`,
      ]
    : [
        `${id ?? "artefact"}: NOT proven. ${faultCount} ${faultCount === 1 ? "fault" : "faults"}:`,
        ...faults.map(({ file, line, message }) => `  ✗ ${place(file, line)} ${message}`),
        ...(faultCount > faults.length ? [`  … and ${faultCount - faults.length} more`] : []),
      ];
  terminal.write(`${lines.join("\n")}\n`);
}
