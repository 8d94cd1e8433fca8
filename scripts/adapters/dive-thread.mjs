// A thread of a dive: lets Node read TypeScript, as the main thread does.
import { register } from "tsx/esm/api";

register();
await import("./dive-thread.ts");
