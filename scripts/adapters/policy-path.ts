// Where the policies of this repository lie; apart from what reads them, so that no command loads rules that it does not apply.
import { fileURLToPath } from "node:url";

/** The policies of this repository, wherever the command was called from. */
export const POLICY_FOLDER: string = fileURLToPath(new URL("../../policies", import.meta.url));
