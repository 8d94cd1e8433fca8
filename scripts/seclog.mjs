#!/usr/bin/env node
// The `seclog` command: lets Node read TypeScript, then hands over to run.ts.
import { register } from "tsx/esm/api";

register();
const { main } = await import("./run.ts");
process.exitCode = await main(process.argv.slice(2));
