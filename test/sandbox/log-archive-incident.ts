/** The accounts of the demo archive, and what happened to one of them. */
import {
  apiRow,
  applicationRow,
  auditRow,
  type Deed,
  gitalyRow,
  type Person,
  type Project,
  productionRow,
  type Row,
  shellRow,
  type Tenant,
} from "./log-archive-rows.ts";

/** The log sources of the archive. */
export type Source =
  | "application"
  | "audit"
  | "api"
  | "production"
  | "gitaly"
  | "shell"
  | "sidekiq";

const person = (id: number, username: string, name: string): Person => ({ id, username, name });
const API: Project = { id: 9001, path: "acme-corp/payments/api" };
const JDOE = person(501, "acme-jdoe", "Jane Doe");
const INTRUDER = "203.0.113.66";

/** The customer of the incident. */
export const ACME: Tenant = {
  root: "acme-corp",
  rootId: 12345,
  projects: [
    API,
    { id: 9002, path: "acme-corp/payments/web" },
    { id: 9666, path: "acme-corp/legal/x" },
  ],
  people: [JDOE, person(502, "acme-mlopez", "Maria Lopez"), person(503, "acme-ci", "Acme CI")],
};
export const OTHERS: readonly Tenant[] = [
  {
    root: "other-co",
    rootId: 8800,
    projects: [
      { id: 8892, path: "other-co/secret" },
      { id: 8893, path: "other-co/payments/api" },
    ],
    people: [person(777, "other-anna", "Anna Other"), person(778, "other-ben", "Ben Other")],
  },
  {
    root: "acme-corporation",
    rootId: 8900,
    projects: [{ id: 89001, path: "acme-corporation/payments/api" }],
    people: [person(5011, "acme-jdoe2", "Jane Doe")],
  },
  ...Array.from({ length: 12 }, (_, at) => ({
    root: `tenant-${at}`,
    rootId: 30_000 + at,
    projects: [
      { id: 31_000 + at, path: `tenant-${at}/app` },
      { id: 32_000 + at, path: `tenant-${at}/group/service` },
    ],
    people: [
      person(33_000 + at, `t${at}-dev`, `Dev ${at}`),
      person(34_000 + at, `t${at}-ops`, `Ops ${at}`),
    ],
  })),
];

export type Step = { readonly source: Source; readonly what: string; readonly row: Row };

/** A leaked token: at night a stranger signs in with it, makes keys, lets people in and clones; the next day it is undone. */
export function incidentOf(night: string, morning: string): readonly Step[] {
  const clones = ["02:10:00.000", "02:17:21.512", "02:31:09.077"];
  return [
    ...accessGained((time, name) => deed(night, time, INTRUDER, name)),
    ...clones.flatMap((time, at) => cloned(deed(morning, time, INTRUDER, `F${at}`))),
    ...undone((time, name) => deed(morning, time, "198.51.100.23", name)),
  ];
}

type DeedAt = (time: string, name: string) => Deed;

const deed = (day: string, time: string, address: string, correlation: string): Deed => ({
  tenant: ACME,
  project: API,
  person: JDOE,
  address,
  time: `${day}T${time}Z`,
  correlation: `01J${correlation.padEnd(23, "0")}`,
});

function accessGained(at: DeedAt): readonly Step[] {
  const [page, key] = [at("22:05:10.020", "C"), at("22:05:10.051", "C")];
  const create = [
    "POST",
    "Projects::DeployKeysController",
    "create",
    "/-/deploy_keys",
    302,
  ] as const;
  return [
    {
      source: "api",
      what: "token used from a new address",
      row: apiRow(at("21:40:07.112", "A"), "GET", "", "", 200),
    },
    ...told(at("21:52:31.404", "B"), "project_access_token_created", "deploy-helper"),
    { source: "production", what: "deploy key page used", row: productionRow(page, ...create) },
    ...told(key, "deploy_key_added", "key laptop"),
    ...told(at("22:07:44.900", "D"), "member_created", "two people"),
    ...told(at("22:08:02.310", "E"), "member_created", "two people"),
  ];
}

function undone(at: DeedAt): readonly Step[] {
  return [
    ...told(at("09:02:55.640", "H"), "deploy_key_removed", "key laptop"),
    ...told(at("09:05:12.004", "I"), "project_access_token_revoked", "deploy-helper"),
  ];
}

/** The event as the audit log and the application log tell it. */
function told(where: Deed, event: string, target: string): readonly Step[] {
  const what = event.replaceAll("_", " ");
  return [
    { source: "audit", what, row: auditRow(where, event, target) },
    { source: "application", what, row: applicationRow(where, event, what) },
  ];
}

/** A clone over SSH as its two logs tell it. */
const cloned = (where: Deed): readonly Step[] => [
  { source: "shell", what: "clone over SSH", row: shellRow(where, "git-upload-pack") },
  {
    source: "gitaly",
    what: "clone over SSH",
    row: gitalyRow(where, "SSHUploadPackWithSidechannel", "SSHService"),
  },
];
