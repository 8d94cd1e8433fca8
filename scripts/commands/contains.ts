// Which folder lies in which, by their names alone.
import { isAbsolute, relative, resolve, sep } from "node:path";

/** Whether `inner` is `outer` or lies below it. */
export function contains(outer: string, inner: string): boolean {
  const path = relative(resolve(outer), resolve(inner));
  return path !== ".." && !path.startsWith(`..${sep}`) && !isAbsolute(path);
}
