import { expect, test } from "vitest";
import { installSoundly } from "../sound-installation.ts";

test("a sound installation has no finding", async () => {
  const installed = await installSoundly();
  try {
    const before = installed.stage.sandbox.state.writes.length;
    expect(await installed.doctor()).toEqual({ exit: 0, findings: [] });
    expect(installed.stage.sandbox.state.writes.slice(before)).toEqual([]);
  } finally {
    await installed.stage.close();
  }
});
