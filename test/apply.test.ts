import { expect, test } from "vitest";
import { applyPlan } from "../scripts/apply.ts";
import { BRAKES } from "../scripts/domain/brake.ts";
import type { Action } from "../scripts/domain/plan.ts";
import type { ForgeWriter } from "../scripts/ports/forge.ts";

const confidential = (issue: number): Action => ({ kind: "set-confidential", issue });
const writer = (refused: number, sent: number[] = []): ForgeWriter => ({
  perform: async (action) => {
    const issue = action.kind === "set-confidential" ? action.issue : 0;
    sent.push(issue);
    return issue === refused
      ? {
          ok: false,
          action,
          error: "#2 make confidential: 403: the token needs the role Reporter",
        }
      : { ok: true, action, url: `https://gitlab.example.com/${issue}` };
  },
});

test("a refused write ends the plan of its request, and of no other", async () => {
  const sent: number[] = [];
  const said: string[] = [];
  const groups = [
    { item: "IR-2026-0001", plan: [confidential(1), confidential(2), confidential(3)] },
    { item: "IR-2026-0002", plan: [confidential(4)] },
  ];
  const applied = await applyPlan(groups, writer(2, sent), (line) => said.push(line));
  expect(sent).toEqual([1, 2, 4]);
  expect(applied).toEqual({
    done: [confidential(1), confidential(4)],
    failures: [
      {
        item: "IR-2026-0001",
        error: "#2 make confidential: 403: the token needs the role Reporter",
      },
    ],
    left: [confidential(3)],
  });
  expect(said).toEqual([
    "done  #1 make confidential  https://gitlab.example.com/1",
    "done  #4 make confidential  https://gitlab.example.com/4",
  ]);
});

test("a plan over the brake is refused whole", async () => {
  const sent: number[] = [];
  const plan = Array.from({ length: BRAKES["set-confidential"] + 1 }, (_, index) =>
    confidential(index),
  );
  const applied = await applyPlan([{ item: "x", plan }], writer(-1, sent), () => {});
  expect(sent).toEqual([]);
  expect(applied.left).toEqual(plan);
  expect(applied.failures).toMatchObject([
    { item: "brake", error: expect.stringContaining("nothing was written") },
  ]);
});
