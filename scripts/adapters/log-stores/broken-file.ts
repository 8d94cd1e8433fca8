/** The file cannot be read to its end; the message is for the manifest and holds no path. */
export class BrokenFile extends Error {
  override readonly name = "BrokenFile";
}
