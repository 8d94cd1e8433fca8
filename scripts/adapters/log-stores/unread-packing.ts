/** Packings that a dive cannot unpack: such a file is named as broken, neither passed over nor taken for torn lines. */

/** First bytes as in each format's own description; four tell them apart. */
const UNREAD = [
  { name: "bzip2", ending: ".bz2", magic: [0x42, 0x5a, 0x68] },
  { name: "xz", ending: ".xz", magic: [0xfd, 0x37, 0x7a, 0x58] },
  { name: "lz4", ending: ".lz4", magic: [0x04, 0x22, 0x4d, 0x18] },
  { name: "zip", ending: ".zip", magic: [0x50, 0x4b, 0x03, 0x04] },
] as const;

/** The name without the ending of such a packing. */
export function withoutUnreadEnding(file: string): string {
  const found = UNREAD.find(({ ending }) => file.endsWith(ending));
  return found === undefined ? file : file.slice(0, -found.ending.length);
}

/**
 * Which of them a file is packed with, by its first bytes or its name; null = none.
 * @param head the first four bytes
 */
export function unreadPacking(head: Uint8Array, path: string): string | null {
  const found = UNREAD.find(
    ({ ending, magic }) => path.endsWith(ending) || magic.every((byte, at) => head[at] === byte),
  );
  return found?.name ?? null;
}
