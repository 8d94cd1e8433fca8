/** Unpacks zstd through the `zstd` program: all frames, checksums verified, at the speed of native code beside this process. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { BrokenFile } from "./broken-file.ts";

/**
 * @param descriptor of the packed file, open at its beginning
 * @throws BrokenFile when the program is absent, or says that the data are cut, corrupt, or followed by something else
 */
export async function* zstdUnpacked(descriptor: number): AsyncGenerator<Uint8Array, void> {
  // 128 MiB is the largest window that zstd opens unasked: `--long` archives above it are refused, not attempted.
  const program = spawn("zstd", ["-dcq", "--no-progress"], {
    stdio: [descriptor, "pipe", "ignore"],
  });
  const failed = once(program, "error").then(
    ([error]) => error as Error,
    () => null,
  );
  const ended = once(program, "close").catch(() => [null]);
  if (program.stdout === null || program.pid === undefined) {
    await failed;
    throw new BrokenFile("zstd cannot be read here: install the program zstd, or pack with gzip");
  }
  try {
    for await (const chunk of program.stdout) yield chunk;
    const [code] = await ended;
    if (code !== 0)
      throw new BrokenFile(
        "the zstd data are cut or corrupt, or packed with --long above 27, which a dive does not read",
      );
  } finally {
    program.kill();
  }
}
