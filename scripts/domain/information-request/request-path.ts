// Which files a request may consist of, and so what its merge request may touch.

const SHAPE =
  /^requests\/information-request\/(\d{4})\/(IR-(\d{4})-\d{4,8})(\.yaml|\.manifest\.json)$/;

/** A file of one request. */
export type RequestPath = { readonly id: string; readonly part: "request" | "manifest" };

/**
 * `requests/information-request/<year>/<id>.yaml` or `<id>.manifest.json` with the id's year as folder;
 * null for every other path.
 */
export function readRequestPath(path: string): RequestPath | null {
  const match = SHAPE.exec(path);
  if (match === null || match[1] !== match[3]) return null;
  return { id: String(match[2]), part: match[4] === ".yaml" ? "request" : "manifest" };
}
