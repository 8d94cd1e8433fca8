/** What the sandbox's own tests share: a raw request and a gitbeaker client for a user of the seed. */
import { Gitlab } from "@gitbeaker/rest";
import type { Sandbox } from "./start.ts";

export function tokenOf(sandbox: Sandbox, username: string): string {
  const user = sandbox.users.find((one) => one.username === username);
  if (user === undefined) throw new Error(`the sandbox has no ${username}`);
  return user.token;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: answers of every shape are looked into.
  readonly body: any;
}

/** One request below `/api/v4` as a user of the seed, or as nobody; an object body is sent as JSON. */
export async function ask(
  sandbox: Sandbox,
  username: string | null,
  method: string,
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> {
  const json = body !== undefined && typeof body !== "string";
  const response = await fetch(`${sandbox.url}/api/v4${path}`, {
    method,
    redirect: "manual",
    headers: {
      ...(username === null ? {} : { "private-token": tokenOf(sandbox, username) }),
      ...(json ? { "content-type": "application/json" } : {}),
      ...headers,
    },
    ...(body === undefined ? {} : { body: json ? JSON.stringify(body) : body }),
  });
  const text = await response.text();
  const isJson = /json/.test(response.headers.get("content-type") ?? "");
  return {
    status: response.status,
    headers: response.headers,
    body: isJson && text !== "" ? JSON.parse(text) : text,
  };
}

/** One request to the control API. */
export async function control(
  sandbox: Sandbox,
  method: string,
  path: string,
  body?: unknown,
  // biome-ignore lint/suspicious/noExplicitAny: answers of every shape are looked into.
): Promise<any> {
  const response = await fetch(`${sandbox.url}/-/sandbox${path}`, {
    method,
    headers: { "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return text === "" ? null : JSON.parse(text);
}

export function gitbeaker(sandbox: Sandbox, username: string): InstanceType<typeof Gitlab> {
  return new Gitlab({ host: sandbox.url, token: tokenOf(sandbox, username) });
}
