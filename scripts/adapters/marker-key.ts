/** Signs the bot's markers: HMAC-SHA256 under `SECLOG_MARKER_KEY`. */
import { createHmac } from "node:crypto";
import type { Sign } from "../domain/note-marker.ts";

/** Without a key the first signature asked for throws: nothing unsigned is ever written. */
export function signWith(key: string | undefined): Sign {
  return (text) => {
    if (key === undefined)
      throw new Error(
        "SECLOG_MARKER_KEY is not set: it signs the marker of each comment and gap issue (openssl rand -hex 32)",
      );
    return createHmac("sha256", key).update(text).digest("hex").slice(0, 16);
  };
}
