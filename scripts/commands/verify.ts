// `seclog verify ID`: is the custody log of a request still what was written? Offline, from a clone or a file.
import { readFile } from "node:fs/promises";
import { sha256 } from "../adapters/digest.ts";
import { type GitClone, openClone } from "../adapters/git.ts";
import { CUSTODY_BRANCH, custodyPath } from "../domain/information-request/custody.ts";
import {
  type CustodyCopy,
  type CustodyVerification,
  headsIn,
  readHead,
  shortHead,
  trailerOf,
  verifyCustody,
  type Witness,
} from "../domain/information-request/custody-verification.ts";
import { type Command, EXIT } from "./command.ts";

export const command: Command = {
  name: "verify",
  usage: "ID [--repo DIR] [--file LOG.jsonl] [--head HASH:COUNT…]",
  help: `
Reads the custody log of a request from the branch ${CUSTODY_BRANCH} of a clone (remote-tracking copies too) and finds entries that were
edited, dropped, reordered or cut off. What an edit cannot hide is the chain of hashes; what a cut cannot hide are the
witnesses: commit messages of the request's merge request, older commits of the log, and the heads you give.

  --repo DIR         the clone (default: this directory); fetch it first, with all branches
  --file LOG         this file instead of a clone
  --head HASH:COUNT  a head that another place kept, such as the foot of the status comment; may be given again

Exit codes: 0 the log is what was written, 3 it is not or there is none, 2 a clone, file or argument that cannot be read.
Example: seclog verify IR-2026-0042 --head 0123456789abcdef:5`,
  options: {
    repo: { type: "string" },
    file: { type: "string" },
    head: { type: "string", multiple: true },
  },
  run: async (terminal, values, positionals) => {
    const [id = "", ...more] = positionals;
    const { repo, file, head = [] } = values;
    const given = [head].flat().map((text) => ({ text, head: readHead(`${text}`) }));
    const faults = [
      ...(/^IR-\d{4}-\d{4,8}$/.test(id) && more.length === 0
        ? []
        : ["give one ID such as IR-2026-0042"]),
      ...(repo !== undefined && file !== undefined ? ["give --repo or --file, not both"] : []),
      ...given
        .filter((one) => one.head === null)
        .map(
          ({ text }) =>
            `--head ${JSON.stringify(text)} is not HASH:COUNT, such as 0123456789abcdef:5`,
        ),
    ];
    if (faults.length > 0) {
      for (const fault of faults) terminal.complain(`seclog verify: ${fault}\n`);
      return EXIT.badInput;
    }
    const told = given.flatMap((one) =>
      one.head === null ? [] : [{ ...one.head, from: `--head ${one.text}` }],
    );
    let found: Found;
    try {
      found =
        typeof file === "string"
          ? {
              copies: [{ from: file, log: textOf(await readFile(file)), older: [] }],
              witnesses: [],
            }
          : await readClone(
              await openClone(typeof repo === "string" ? repo : ".", terminal.env),
              id,
            );
    } catch (error) {
      terminal.complain(
        `seclog verify: ${error instanceof Error ? error.message : "unknown fault"}\n`,
      );
      return EXIT.badInput;
    }
    const witnesses = [...told, ...found.witnesses];
    const result = { ...verifyCustody(found.copies, witnesses, sha256), witnesses };
    terminal.write(
      values["json"] === true
        ? `${JSON.stringify({ id, ...asJson(result) })}\n`
        : verificationText(id, result),
    );
    return result.ok ? EXIT.done : EXIT.gateClosed;
  },
};

type Found = { readonly copies: readonly CustodyCopy[]; readonly witnesses: readonly Witness[] };
type Judged = CustodyVerification & { readonly witnesses: readonly Witness[] };

async function readClone(clone: GitClone, id: string): Promise<Found> {
  const path = custodyPath(id);
  const copies: CustodyCopy[] = [];
  for (const [ref, commit] of await clone.branch(CUSTODY_BRANCH)) {
    const commits = await clone.commitsOf(commit, path);
    const at = async (one: string) => textOf((await clone.file(one, path)) ?? new Uint8Array());
    const older = [];
    for (const one of commits)
      older.push({ from: `commit ${one.slice(0, 12)} of ${ref}`, log: await at(one) });
    if (commits.length > 0) copies.push({ from: ref, log: await at(commit), older });
  }
  const messages = await clone.messagesWith(trailerOf(id));
  const witnesses = [...messages].flatMap(([commit, message]) =>
    headsIn(message, id).map((head) => ({ ...head, from: `commit ${commit.slice(0, 12)}` })),
  );
  return { copies, witnesses };
}

/** Byte for byte: a byte that is no text is a fault, and so is a byte order mark. */
function textOf(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}

const asJson = ({ ok, entries, head, faults, witnesses }: Judged) => ({
  ok,
  head: head === null ? null : `${head.hash}:${head.count}`,
  faults,
  witnesses: witnesses.map(({ from, hash, count }) => ({ from, head: `${hash}:${count}` })),
  entries: entries.map(({ seq, at, event, hash }) => ({ seq, at, event, hash })),
});

function verificationText(id: string, { ok, entries, head, faults, witnesses }: Judged): string {
  const lines = entries.map(({ seq, at, event }) => `  ${`${seq}`.padStart(3)}  ${at}  ${event}`);
  const kept =
    witnesses.length === 0
      ? "No witness: a log that was cut at the end of a line would look the same. Give --head from the status comment."
      : `${witnesses.length} ${witnesses.length === 1 ? "witness agrees" : "witnesses agree"}: ${witnesses.map(({ from, count }) => `${from} (${count})`).join(", ")}.`;
  const verdict = ok
    ? [
        `${id}: ${entries.length} entries, as they were written.`,
        ...lines,
        `Head ${head === null ? "" : shortHead(head)}. ${kept}`,
      ]
    : [
        `${id}: the custody log is not what was written.`,
        ...lines,
        ...faults.map((fault) => `  ✗ ${fault}`),
      ];
  return `${verdict.join("\n")}\n`;
}
