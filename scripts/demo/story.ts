// The story of the demo: a customer incident from the confidential issue to the released artefact and the gap issue.

import { open, sealedName } from "../adapters/artefact/seal.ts";
import { sha256 } from "../adapters/digest.ts";
import type { Terminal } from "../commands/command.ts";
import {
  CUSTODY_BRANCH,
  custodyPath,
  headAfter,
  readCustody,
} from "../domain/information-request/custody.ts";
import { shortHead } from "../domain/information-request/custody-verification.ts";
import { fieldOf, type Person, personAt } from "./people.ts";
import { type JobRun, runPipeline } from "./pipeline.ts";
import { type Stage, TRACKER } from "./stage.ts";

export type Scene = {
  /** RFC 3339 moment of the story. */
  readonly at: string;
  readonly who: string;
  readonly what: string;
  readonly link: string | null;
  readonly jobs: readonly JobRun[];
};
export type Told = {
  readonly scenes: readonly Scene[];
  readonly issueUrl: string;
  readonly mergeRequestUrl: string;
  readonly gapUrl: string | null;
  /** The first rows as Support reads them after opening the package. */
  readonly rows: readonly string[];
  /** Head of the custody log, as `seclog verify --head` takes it. */
  readonly custody: string;
  /** True when the last pipeline, over the finished request, wrote nothing. */
  readonly quiet: boolean;
};

const API = `/projects/${encodeURIComponent(TRACKER)}`;
const ID = "IR-2026-0001";

/** Tells the story on a stage; each scene is handed to `show` as soon as it is over. */
export async function tellStory(
  stage: Stage,
  terminal: Terminal,
  form: (window: { from: string; to: string }) => string,
  show: (scene: Scene) => void,
): Promise<Told> {
  const { sandbox } = stage;
  const person = (username: string): Person => {
    const user = sandbox.users.find((candidate) => candidate.username === username);
    if (user === undefined) throw new Error(`the sandbox has no ${username}`);
    return personAt(sandbox.url, username, user.token);
  };
  const [sofia, lena, sam] = [person("sofia"), person("lena"), person("sam")];
  const scenes: Scene[] = [];
  const scene = async (
    at: string,
    who: string,
    what: string,
    act: () => Promise<string | null>,
  ) => {
    sandbox.state.setClock(at);
    const link = await act();
    const jobs = await runPipeline(terminal, stage.environment, at);
    const told = { at, who, what, link, jobs };
    scenes.push(told);
    show(told);
    const failed = jobs.find((job) => !job.ok);
    if (failed !== undefined)
      throw new Error(`job ${failed.job} failed:\n${failed.lines.join("\n")}`);
  };

  let issueUrl = "";
  await scene(
    "2026-11-20T09:00:00Z",
    "Sofia (Support)",
    "opens a confidential issue; the window has no time zone",
    async () => {
      const issue = await sofia.send("POST", `${API}/issues`, {
        title: "Customer incident: leaked token at acme-corp",
        description: form({ from: "2026-11-16 00:00", to: "2026-11-18 00:00" }),
        confidential: true,
      });
      issueUrl = String(fieldOf(issue, "web_url"));
      return issueUrl;
    },
  );
  await scene(
    "2026-11-20T09:20:00Z",
    "Sofia (Support)",
    "answers the comment: she edits the window",
    async () => {
      await sofia.send("PUT", `${API}/issues/1`, {
        description: form({ from: "2026-11-16T00:00:00Z", to: "2026-11-18T00:00:00Z" }),
      });
      return issueUrl;
    },
  );
  const mergeRequest = await firstOf(sofia, `${API}/merge_requests?source_branch=request/${ID}`);
  const iid = fieldOf(mergeRequest, "iid");
  const mergeRequestUrl = String(fieldOf(mergeRequest, "web_url"));
  await scene(
    "2026-11-20T10:05:00Z",
    "Lena (Legal)",
    "reads the page and approves; one of two",
    async () => {
      await lena.send("POST", `${API}/merge_requests/${iid}/approve`, {});
      return mergeRequestUrl;
    },
  );
  await scene(
    "2026-11-20T10:40:00Z",
    "Sam (Security)",
    "approves the same bytes; the artefact is released",
    async () => {
      await sam.send("POST", `${API}/merge_requests/${iid}/approve`, {});
      return mergeRequestUrl;
    },
  );
  await scene(
    "2026-11-20T11:00:00Z",
    "The schedule",
    "runs once more over the finished request",
    async () => null,
  );

  const gaps = (await sofia.get(
    `/projects/${encodeURIComponent("sec/gap-tracker")}/issues`,
  )) as readonly unknown[];
  return {
    scenes,
    issueUrl,
    mergeRequestUrl,
    gapUrl: gaps[0] === undefined ? null : String(fieldOf(gaps[0], "web_url")),
    rows: await readHandOver(stage, sofia),
    custody: await readCustodyHead(person("mira")),
    quiet:
      scenes.at(-1)?.jobs.every((job) => job.lines.every((line) => !line.startsWith("done"))) ??
      false,
  };
}

async function readCustodyHead(person: Person): Promise<string> {
  const path = encodeURIComponent(custodyPath(ID));
  const file = await person.get(`${API}/repository/files/${path}?ref=${CUSTODY_BRANCH}`);
  const text = Buffer.from(String(fieldOf(file, "content")), "base64").toString("utf8");
  const head = headAfter(readCustody(text, sha256).entries, [], "", sha256);
  if (head === null) throw new Error("the custody log is empty");
  return shortHead(head);
}

async function firstOf(person: Person, path: string): Promise<unknown> {
  const list = (await person.get(path)) as readonly unknown[];
  if (list[0] === undefined) throw new Error(`nothing at ${path}`);
  return list[0];
}

/** Support fetches the hand-over package and opens it with a key of their own. */
async function readHandOver(stage: Stage, sofia: Person): Promise<readonly string[]> {
  const item = await firstOf(sofia, `${API}/packages?package_name=${ID}-hand-over`);
  const version = fieldOf(item, "version");
  const token = stage.sandbox.users.find(({ username }) => username === "sofia")?.token ?? "";
  const answer = await fetch(
    `${stage.sandbox.url}/api/v4${API}/packages/generic/${ID}-hand-over/${version}/${sealedName("rows.ndjson")}`,
    { headers: { "private-token": token } },
  );
  const clear = await open(new Uint8Array(await answer.arrayBuffer()), stage.supportIdentity);
  return new TextDecoder()
    .decode(clear)
    .split("\n")
    .filter((line) => line !== "");
}
