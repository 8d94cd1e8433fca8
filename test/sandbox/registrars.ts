/** The list of every route file; a new one is added here and nowhere else. */
import type { Registrar } from "./http.ts";

/** Routes below `/api/v4`. */
export const apiRegistrars: readonly Registrar[] = [];

/** Routes at the root: HTML pages, git over HTTP. */
export const rootRegistrars: readonly Registrar[] = [];
