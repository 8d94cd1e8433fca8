// A thread of a dive: lets Node read TypeScript, as the main thread does.
import { load } from "../../read-typescript.mjs";

await load("adapters/dive/thread.ts");
