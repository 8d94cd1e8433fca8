// Faults put into the product on purpose: each has to be found, or the simulation proves nothing.
import type { Plant } from "./product.ts";
import type { Invariant } from "./witness.ts";

export const PLANTED: readonly {
  readonly name: string;
  readonly invariant: Invariant;
  readonly plant: Plant;
}[] = [];
