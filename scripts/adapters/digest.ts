/** SHA-256 from node:crypto, in lower-case hex. */
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";

export const sha256 = (content: string | Uint8Array): string =>
  createHash("sha256").update(content).digest("hex");

/** Of a file, read as a stream. @throws the system's error when it cannot be read */
export async function sha256OfFile(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest("hex");
}
