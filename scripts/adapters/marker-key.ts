// Signs the bot's markers: HMAC-SHA256 under the keys of `SECLOG_MARKER_KEY`.
import { createHmac } from "node:crypto";
import type { Sign } from "../domain/note-marker.ts";

/**
 * @param keys one key; while it is changed the new one, a comma, and the old one
 * @returns null without a key
 */
export const signWith = (keys: string | undefined): Sign =>
  keys === undefined
    ? null
    : (text) =>
        keys
          .split(",")
          .map((key) => createHmac("sha256", key).update(text).digest("hex").slice(0, 16));
