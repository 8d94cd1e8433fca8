// The stories whose every call the matrix strikes: what people do, and which jobs run then.

import type { Person } from "../../scripts/demo/people.ts";
import { pipelineJobs } from "../../scripts/demo/pipeline.ts";
import { TRACKER } from "../../scripts/demo/stage.ts";

export type Helpers = {
  readonly person: (username: string) => Person;
  readonly form: (window: { readonly from: string; readonly to: string }) => string;
};
/** One moment of a story: people act, then the jobs run one after the other. */
type Point = {
  readonly name: string;
  readonly now: string;
  readonly act: (helpers: Helpers) => Promise<unknown>;
  /** The names of the jobs that are struck; the others run in peace. */
  readonly strike: readonly string[];
};
export type Story = { readonly name: string; readonly points: readonly Point[] };
/** Name of a pipeline job and the words after `seclog run`. */
export type Job = { readonly name: string; readonly words: readonly string[] };

const API = `/projects/${encodeURIComponent(TRACKER)}`;
const WINDOW = { from: "2026-11-16T00:00:00Z", to: "2026-11-18T00:00:00Z" };
const EARLIER = { from: "2026-11-15T00:00:00Z", to: "2026-11-16T00:00:00Z" };
const UNCLEAR = { from: "2026-11-16 00:00", to: "2026-11-18 00:00" };
const ALL = ["triage", "requests", "log-dive", "publish", "hand-over"];

export const jobsOfPipeline = async (): Promise<readonly Job[]> => [
  { name: "triage", words: ["triage"] },
  ...(await pipelineJobs()),
];

/** Support files a request. */
export const file =
  (window: { readonly from: string; readonly to: string }, more: object = {}) =>
  ({ person, form }: Helpers) =>
    person("sofia").send("POST", `${API}/issues`, {
      title: `Customer incident at acme-corp, ${window.from}`,
      description: form(window),
      confidential: true,
      ...more,
    });
const approve =
  (username: string, mergeRequest = 1) =>
  ({ person }: Helpers) =>
    person(username).send("POST", `${API}/merge_requests/${mergeRequest}/approve`, {});

export const STORIES: readonly Story[] = [
  {
    name: "request",
    points: [
      {
        name: "unclear",
        now: "2026-11-20T09:00:00Z",
        act: file(UNCLEAR),
        strike: ["requests"],
      },
      {
        name: "accepted",
        now: "2026-11-20T09:20:00Z",
        act: ({ person, form }) =>
          person("sofia").send("PUT", `${API}/issues/1`, { description: form(WINDOW) }),
        strike: ALL,
      },
      {
        name: "one-approval",
        now: "2026-11-20T10:00:00Z",
        act: approve("lena"),
        strike: ["requests"],
      },
      {
        name: "released",
        now: "2026-11-20T10:40:00Z",
        act: approve("sam"),
        strike: ["requests", "hand-over"],
      },
      {
        name: "label-by-hand",
        now: "2026-11-20T10:50:00Z",
        act: ({ person }) =>
          person("mira").send("PUT", `${API}/issues/1`, { add_labels: "Request::Ineligible" }),
        strike: ["hand-over"],
      },
      {
        name: "expired",
        now: "2026-11-28T00:00:00Z",
        act: async () => {},
        strike: ["requests", "hand-over"],
      },
    ],
  },
  {
    name: "public",
    points: [
      {
        name: "filed",
        now: "2026-11-20T09:00:00Z",
        act: file(WINDOW, { confidential: false }),
        strike: ["requests"],
      },
      { name: "next", now: "2026-11-20T09:10:00Z", act: async () => {}, strike: ["requests"] },
    ],
  },
  {
    name: "queue",
    points: [
      {
        name: "new-issues",
        now: "2026-11-20T09:00:00Z",
        act: async ({ person }) => {
          for (const title of ["Please ingest the VPN logs", "The field user_id is gone"])
            await person("diego").send("POST", `${API}/issues`, { title });
        },
        strike: ["triage"],
      },
    ],
  },
  {
    name: "two",
    points: [
      { name: "first", now: "2026-11-20T09:00:00Z", act: file(WINDOW), strike: [] },
      {
        name: "second",
        now: "2026-11-20T09:20:00Z",
        act: async (helpers) => {
          await file(EARLIER)(helpers);
          for (const username of ["lena", "sam"]) await approve(username)(helpers);
        },
        strike: ["requests"],
      },
      {
        name: "both-released",
        now: "2026-11-20T10:40:00Z",
        act: async (helpers) => {
          for (const username of ["lena", "sam"]) await approve(username, 2)(helpers);
        },
        strike: ["hand-over"],
      },
    ],
  },
];
