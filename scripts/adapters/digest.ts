/** SHA-256 from node:crypto, in lower-case hex. */
import { createHash } from "node:crypto";

export const sha256 = (content: string | Uint8Array): string =>
  createHash("sha256").update(content).digest("hex");
