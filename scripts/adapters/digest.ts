/** SHA-256 from node:crypto, in lower-case hex. */
import { createHash, hash } from "node:crypto";
import { createReadStream } from "node:fs";

export const sha256 = (content: string | Uint8Array): string => hash("sha256", content, "hex");

/** Of a file, read as a stream. @throws the system's error when it cannot be read */
export async function sha256OfFile(path: string): Promise<string> {
  const growing = createHash("sha256");
  for await (const chunk of createReadStream(path)) growing.update(chunk);
  return growing.digest("hex");
}
