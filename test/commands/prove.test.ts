import { expect, test } from "vitest";
import { artefact, KEY, prove } from "./proof-fixture.ts";

test("proves what a dive wrote, without the key and with it", async () => {
  const without = await prove(artefact);
  expect(without).toMatchObject({ code: 0, err: "" });
  const withKey = await prove(artefact, { key: true, json: true }, KEY);
  expect(withKey.code).toBe(0);
});
