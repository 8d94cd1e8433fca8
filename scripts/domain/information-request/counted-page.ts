/** A page that is made of counts: known to the byte, and with gaps where its counts stand. */
import { indentedJson } from "../canonical-json.ts";

export type CountedPage = {
  readonly text: string;
  /**
   * What the gate looks through for removed values (G3): a count of six digits and more may be equal to a number that was
   * removed, and says nothing of it. Every other number of the page is still there.
   */
  readonly withoutCounts: string;
};

/** The pages of an artefact that are made of counts, by the name of their file. */
export type CountedPages = ReadonlyMap<string, CountedPage>;

/** How a page shows a count. */
export type ShowCount = (count: number) => string;

/** Not a digit or letter, nor anything that joins what is left and right of it. */
export const GAP = "¦";

/** @param make the page, with each count and no other number through `show` */
export const countedPage = (make: (show: ShowCount) => string): CountedPage => ({
  text: make(String),
  withoutCounts: make(() => GAP),
});

/** A value in whose text every number is a count, and what else `isCount` knows. */
export const countedJson = (
  value: object,
  isCount: (member: unknown) => boolean = (member) => typeof member === "number",
): CountedPage => ({
  text: indentedJson(value),
  withoutCounts: indentedJson(
    JSON.parse(JSON.stringify(value, (_, member) => (isCount(member) ? GAP : member))),
  ),
});
