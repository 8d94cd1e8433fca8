/** The store that was named cannot be used at all: bad input, not an incomplete dive. */
export class UnusableStore extends Error {
  override readonly name = "UnusableStore";
}
