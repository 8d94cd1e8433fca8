// Cuts a stream of bytes into lines at LF alone: JSON may hold U+2028, which other readers take for a line end.

/** The lines of a stream, decoded as UTF-8, without LF or CRLF; the last one may lack its end. */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let parts: string[] = [];
  for await (const chunk of chunks) {
    const pieces = decoder.decode(chunk, { stream: true }).split("\n");
    for (const [at, piece] of pieces.entries()) {
      parts.push(piece);
      if (at === pieces.length - 1) continue;
      yield parts.join("").replace(/\r$/, "");
      parts = [];
    }
  }
  parts.push(decoder.decode());
  const last = parts.join("");
  if (last !== "") yield last;
}
