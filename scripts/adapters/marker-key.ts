// Signs the bot's markers: HMAC-SHA256 under `SECLOG_MARKER_KEY`.
import { createHmac } from "node:crypto";
import type { Sign } from "../domain/note-marker.ts";

/** Null without a key. */
export const signWith = (key: string | undefined): Sign =>
  key === undefined
    ? null
    : (text) => createHmac("sha256", key).update(text).digest("hex").slice(0, 16);
