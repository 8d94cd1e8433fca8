/** Why a search engine or a warehouse could not be asked, or could not be believed; the words hold no host, no credential, no row. */
export class StoreFault extends Error {
  override readonly name = "StoreFault";
  /** `passing`: the same question may be answered a moment later. */
  readonly kind: "passing" | "final";

  constructor(kind: "passing" | "final", message: string) {
    super(message);
    this.kind = kind;
  }
}
