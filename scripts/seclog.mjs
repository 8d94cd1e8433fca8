#!/usr/bin/env node
// The `seclog` command: reads the TypeScript of run.ts and of the one command that it asks for.
import { load } from "./read-typescript.mjs";

const { main } = await load("run.ts");
process.exitCode = await main(process.argv.slice(2), (name) => load(`commands/${name}.ts`));
