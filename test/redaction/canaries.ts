// Values that nobody else has: each is made once, at random, and hidden in the ways that logs hide things.
import { gzipSync } from "node:zlib";
import type { Dice } from "./dice.ts";

export type Canary = {
  /** What stands in the log line, before any encoding. */
  readonly text: string;
  /** The part that is unique, in lower case: no `gram` characters of it in a row may come out. */
  readonly secret: string;
  readonly gram: number;
};
/** A canary as it was planted: `shown` is what an encoding made of its text. */
export type Planted = { readonly canary: Canary; readonly shown: string; readonly value: unknown };

const LETTERS = "bcdfghjkmnpqrstvwxz";
const MIXED = `${LETTERS}23456789`;
const HEX = "0123456789abcdef";
const TEXT_GRAM = 8;
const HEX_GRAM = 14;

type Kind = (dice: Dice) => Canary;
const word = (dice: Dice): string => dice.of([...LETTERS]) + dice.text(MIXED, 13 + dice.below(5));
const named =
  (around: (secret: string) => string): Kind =>
  (dice) => {
    const secret = word(dice);
    return { text: around(secret), secret, gram: TEXT_GRAM };
  };
const group = (dice: Dice): string => dice.text(HEX, 4);
const network =
  (prefix: string): Kind =>
  (dice) => {
    const secret = [group(dice), group(dice), group(dice), `a${dice.text(HEX, 3)}`].join(":");
    return { text: `${prefix}:${group(dice)}:${secret}`, secret, gram: HEX_GRAM };
  };

const NETWORKS = [network("2001:db8:5"), network("fd00:5:7")];
const number: Kind = (dice) => {
  const secret = `${1 + dice.below(8)}${dice.text("0123456789", 12)}`;
  return { text: secret, secret, gram: 13 };
};

const letters: Kind = (dice) => {
  const secret = dice.text(LETTERS, 14 + dice.below(5));
  return { text: secret, secret, gram: TEXT_GRAM };
};

/** What other accounts, people and machines are called. */
const KINDS: readonly Kind[] = [
  named((secret) => secret),
  named((secret) => `${secret.charAt(0).toUpperCase()}${secret.slice(1)}`),
  named((secret) => `other-${secret}/api`),
  named((secret) => `acme-corp/${secret}`),
  named((secret) => `acme-corp/payments/api-${secret}`),
  named((secret) => `acme-jdoe${secret}`),
  named((secret) => `Jane ${secret}`),
  named((secret) => `${secret}@mail.example`),
  named((secret) => `${secret}.c.gitlab-production.internal`),
  named((secret) => `glpat-${secret}`),
  named((secret) => `project-9001${secret}`),
  named((secret) => `501${secret}`),
  ...NETWORKS,
  number,
  (dice) => {
    const secret = dice.text(HEX, 32);
    return { text: secret, secret, gram: HEX_GRAM };
  },
];

export const canaryOf = (dice: Dice): Canary => dice.of(KINDS)(dice);

const each = (text: string, show: (code: number, char: string) => string): string =>
  [...text].map((char) => show(char.charCodeAt(0), char)).join("");
const hex = (code: number): string => code.toString(16).padStart(2, "0");

/** Ways to write a text so that a search for it fails. */
export const ENCODINGS: Readonly<Record<string, (text: string) => string>> = {
  upper: (text) => text.toUpperCase(),
  percent: (text) => each(text, (code) => `%${hex(code)}`),
  percentTwice: (text) => each(text, (code) => `%25${hex(code)}`),
  percentThrice: (text) => each(text, (code) => `%2525${hex(code)}`),
  base64: (text) => Buffer.from(text).toString("base64"),
  base64url: (text) => Buffer.from(`{"u":"${text}"}`).toString("base64url"),
  base64Twice: (text) => Buffer.from(Buffer.from(text).toString("base64")).toString("base64"),
  hex: (text) => Buffer.from(text).toString("hex"),
  hexEscapes: (text) => each(text, (code) => `\\x${hex(code)}`),
  unicodeEscapes: (text) => each(text, (code) => `\\u00${hex(code)}`),
  entities: (text) => each(text, (code) => `&#${code};`),
  hexEntities: (text) => each(text, (code) => `&#x${hex(code)};`),
  quotedPrintable: (text) => each(text, (code) => `=${hex(code).toUpperCase()}`),
  gzip: (text) => gzipSync(text).toString("base64"),
  wide: (text) => Buffer.from(text, "utf16le").toString("latin1"),
  wideBase64: (text) => Buffer.from(text, "utf16le").toString("base64"),
  softHyphens: (text) => [...text].join("\u00ad"),
  zeroWidth: (text) => [...text].join("\u200b"),
  combining: (text) => [...text].join("\u0301"),
  fullWidth: (text) =>
    text.replace(/[!-~]/g, (char) => String.fromCharCode(char.charCodeAt(0) + 0xfee0)),
  newline: (text) => `${text.slice(0, 5)}\n${text.slice(5)}`,
  json: (text) => JSON.stringify(JSON.stringify({ user: text })),
};
const ENCODING_NAMES = Object.keys(ENCODINGS);

/** Where in a value something foreign can stand. */
const CARRIERS: readonly ((text: string, canary: Canary) => unknown)[] = [
  (text) => text,
  (text) => text,
  (text) => `prefix ${text} suffix`,
  (text) => `key ${text} laptop`,
  (text) => `deploy key added ${text}`,
  (text) => `/acme-corp/payments/api/-/issues/${text}`,
  (text) => `/acme-corp/payments/api/-/issues?q=${text}#${text}`,
  (text) => `/${text}/-/issues/1`,
  (text) => `/${text}/acme-corp/payments/api/-/issues`,
  (text) => `/api/v4/projects/9001/hooks/${text}`,
  (text) => `/api/v4/projects/${text}`,
  (text) => `/api/:version/projects/${text}`,
  (text) => `https://user:${text}@host.example/x`,
  (text) => `User Logout: username=${text} ip=192.0.2.1`,
  (text) => `User Logout: username=root ip=${text}`,
  (text) => `Successful Login: username=root ip=192.0.2.1 method=${text} admin=false`,
  (text) => `User "${text}" (jane@acme.example) was created`,
  (text) => `User "Jane" (${text}) was created`,
  (text) => `${text} created a new project "x"`,
  (text) => `Project "${text}" was removed`,
  (text) => `Group "${text}" was created`,
  (text) => `Updating statistics for project ${text}`,
  (text) => `198.51.100.7, ${text}`,
  (text) => `Mozilla/5.0 (${text}) Chrome/119.0.0.0 Safari/537.36`,
  (text) => `curl/8.4.0 ${text}`,
  (text) => `user/${text}`,
  (text) => `ip/${text}`,
  (text) => `user-${text}`,
  (text) => `project-${text}`,
  (text) => `INFO${text}`,
  (text) => `acme-corp/payments/api\u200b${text}`,
  (text) => ({ deep: [{ [text]: text }] }),
  (text) => [text, { key: "namespace_id", value: text }, { key: text, value: "1" }],
  (text) => [{ key: "id", value: { nested: text } }],
  (text) => [{ key: "page", value: text }],
  (text, canary) => (/^\d+$/.test(canary.text) ? Number(canary.text) : text),
  (text, canary) => (/^\d+$/.test(canary.text) ? Number(canary.text) : `${text}:0`),
];

type Fitting = {
  readonly kinds?: readonly Kind[];
  readonly carriers: readonly ((text: string) => unknown)[];
};
/** What a rule would take for its own kind of value: an attack that gets furthest. Each kind of attack on a rule comes as often as the next. */
const FITTING: Readonly<Record<string, readonly Fitting[]>> = {
  address: [{ kinds: NETWORKS, carriers: [(text) => text, (text) => `198.51.100.7, ${text}`] }],
  user_agent: [
    {
      carriers: [
        (text) => `curl/8.4.0 ${text}`,
        (text) => `Mozilla/5.0 (${text}) Chrome/119.0.0.0`,
      ],
    },
  ],
  user_id: [{ kinds: [number], carriers: [(text) => text, (text) => Number(text)] }],
  integer: [{ kinds: [number], carriers: [(text) => Number(text)] }],
  repository: [
    {
      kinds: [number],
      carriers: [(text) => `project-${text}`, (text) => `project-9001${text}`],
    },
  ],
  own: [
    {
      kinds: [...KINDS, ...Array<Kind>(KINDS.length).fill(number)],
      carriers: [
        (text) => text,
        (text) => (/^\d+$/.test(text) ? Number(text) : `acme-corp/${text}`),
        (text) => `acme-corp/payments/api${text}`,
      ],
    },
  ],
  entity: [{ kinds: [number], carriers: [(text) => text, (text) => Number(text)] }],
  user_name: [{ carriers: [(text) => text, (text) => `acme-jdoe${text}`] }],
  template: [
    {
      carriers: [
        (text) => `User Logout: username=${text} ip=192.0.2.1`,
        (text) => `User "${text}" (jane@acme.example) was created`,
        (text) => `User "Jane" (${text}) was created`,
        (text) => `Project "${text}" was removed`,
        (text) => `Group "${text}" was created`,
      ],
    },
    {
      carriers: [
        (text) => `deploy key added ${text}`,
        (text) => `${text} member added`,
        (text) => `Project "acme-corp/payments/api" was removed by ${text}`,
      ],
    },
    { kinds: NETWORKS, carriers: [(text) => `User Logout: username=root ip=${text}`] },
    { kinds: [number], carriers: [(text) => `Updating statistics for project ${text}`] },
    {
      kinds: [letters],
      carriers: [
        (text) => `Successful Login: username=root ip=192.0.2.1 method=${text} admin=false`,
      ],
    },
  ],
  caller: [
    {
      carriers: [
        (text) => `Projects::${text}Controller#create`,
        (text) => `ProjectsController#${text}`,
        (text) => `ProjectsController#show#${text}`,
        (text) => `${text}Worker`,
        (text) => `GET /api/:version/projects/${text}`,
        (text) => `${text} /api/:version/projects`,
      ],
    },
  ],
  enum: [{ carriers: [(text) => text, (text) => `INFO${text}`, (text) => `Project ${text}`] }],
  words: [{ carriers: [(text) => `key ${text} laptop`, (text) => text] }],
  params: [
    {
      carriers: [
        (text) => [{ key: "search", value: text }],
        (text) => [{ key: "page", value: text }],
        (text) => text,
      ],
    },
  ],
  url_path: [
    {
      carriers: [
        (text) => `/acme-corp/payments/api/-/issues/${text}`,
        (text) => `/acme-corp/payments/api/-/issues?q=${text}`,
      ],
    },
    { carriers: [(text) => `/${text}/-/issues/1`, (text) => `/users/${text}`] },
    {
      carriers: [
        (text) => `/api/${text}/projects/9001/hooks`,
        (text) => `/${text}/acme-corp/payments/api/-/issues`,
      ],
    },
    { kinds: [number], carriers: [(text) => `/acme-corp/payments/api/-/issues/${text}`] },
  ],
};

/** A canary as the rule expects its values; null for rules that expect nothing special. */
export function fittingPlantOf(dice: Dice, rule: string): Planted | null {
  const known = FITTING[rule];
  if (known === undefined) return null;
  const fitting = dice.of(known);
  const canary = dice.of(fitting.kinds ?? KINDS)(dice);
  return { canary, shown: canary.text, value: dice.of(fitting.carriers)(canary.text) };
}

/** One canary in one carrier; about half of them as they are, the others in one of the encodings. */
export function plantOf(dice: Dice): Planted {
  const canary = canaryOf(dice);
  const encode = dice.chance(0.5) ? null : (ENCODINGS[dice.of(ENCODING_NAMES)] ?? null);
  const shown = encode === null ? canary.text : encode(canary.text);
  return { canary, shown, value: dice.of(CARRIERS)(shown, canary) };
}
