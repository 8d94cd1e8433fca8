/** Packs and unpacks single zstd frames inside this process: what the self-indexing archive is made of. */
import { UnusableStore } from "./unusable-store.ts";

export type FrameCodec = {
  /** One frame that says its own size. */
  readonly pack: (bytes: Uint8Array) => Uint8Array;
  /** @throws Error when the frame is corrupt */
  readonly unpack: (frame: Uint8Array) => Uint8Array;
};

/** zstd's own default: the level at which `archive build` keeps pace with reading. */
const LEVEL = 3;

let loaded: Promise<FrameCodec> | null = null;

/**
 * Loaded once: a second `init` of the package would exchange the memory under a codec in use.
 * @throws UnusableStore when the optional package is not installed
 */
export function frameCodec(): Promise<FrameCodec> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<FrameCodec> {
  const zstd = await import("@bokuweb/zstd-wasm").catch(() => {
    throw new UnusableStore(
      "@bokuweb/zstd-wasm is not installed: `npm ci` without --omit=optional",
    );
  });
  await zstd.init();
  return {
    pack: (bytes) => zstd.compress(bytes, LEVEL),
    unpack: (frame) => zstd.decompress(frame),
  };
}
