// The people of the demo: they use GitLab as people do, through its own API, each with their own token.

export type Person = {
  readonly username: string;
  readonly get: (path: string) => Promise<unknown>;
  readonly send: (method: "POST" | "PUT", path: string, body: object) => Promise<unknown>;
};

/** @param url GitLab's root; paths are those of the API, without `/api/v4`. A refusal throws. */
export function personAt(url: string, username: string, token: string): Person {
  const call = async (method: string, path: string, body?: object): Promise<unknown> => {
    const answer = await fetch(`${url}/api/v4${path}`, {
      method,
      headers: { "private-token": token, "content-type": "application/json" },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!answer.ok) throw new Error(`${username}: ${method} ${path} was answered ${answer.status}`);
    return answer.json();
  };
  return {
    username,
    get: (path) => call("GET", path),
    send: (method, path, body) => call(method, path, body),
  };
}

/** One field of an answer. @throws Error when the answer does not have it */
export function fieldOf(answer: unknown, name: string): string | number {
  const value =
    typeof answer === "object" && answer !== null && name in answer
      ? (answer as Record<string, unknown>)[name]
      : undefined;
  if (typeof value === "string" || typeof value === "number") return value;
  throw new Error(`GitLab's answer has no ${name}`);
}
