/** The error a route throws to end a request, in GitLab's error families. */

/** Thrown by `fail`; `app.ts` turns it into the response. */
export class ApiError extends Error {
  readonly status: number;
  readonly body: unknown;
  readonly headers: Record<string, string>;

  constructor(status: number, body: unknown, headers: Record<string, string> = {}) {
    super(typeof body === "string" ? body : JSON.stringify(body));
    this.status = status;
    this.body = body;
    this.headers = headers;
  }
}

const FRONTS: Record<number, string> = {
  400: "400 Bad request",
  401: "401 Unauthorized",
  403: "403 Forbidden",
  404: "404 Not Found",
  405: "405 Method Not Allowed",
  409: "409 Conflict",
  422: "422 Unprocessable Entity",
};

/**
 * Ends the request. A text `body` is the rails family `{"message": body}`; an object is sent as it is
 * (Grape's `{"error": …}`, rails validation `{"message": {"title": ["can't be blank"]}}`); none is the status's standard text.
 */
export function fail(status: number, body?: string | object): never {
  const text = body ?? FRONTS[status] ?? String(status);
  throw new ApiError(status, typeof text === "string" ? { message: text } : text);
}

/** `404 Project Not Found` and the like. */
export function notFound(what?: string): never {
  fail(404, what === undefined ? "404 Not Found" : `404 ${what} Not Found`);
}

/** `{"message": "400 Bad request - why"}` */
export function badRequest(why: string): never {
  fail(400, `400 Bad request - ${why}`);
}

/** Rails validation: `{"message": {"title": ["can't be blank"]}}` */
export function invalid(field: string, ...faults: readonly string[]): never {
  fail(400, { message: { [field]: faults } });
}
