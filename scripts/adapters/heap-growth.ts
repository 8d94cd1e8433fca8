/** Keeps the memory of a long run small: how much garbage may gather before the collector looks for it. */
import { setFlagsFromString } from "node:v8";

/** In per cent of what was alive. V8 lets 300 % gather on a machine with much memory, of a heap that holds mostly garbage. */
const GROWTH = 50;

/**
 * For this process and all threads that it starts, from the next collection on. V8 reads this one setting at each collection,
 * so that it may be changed while the program runs; of others the documentation of `v8.setFlagsFromString` warns.
 */
export function boundHeapGrowth(): void {
  setFlagsFromString(`--heap-growing-percent=${GROWTH}`);
}
