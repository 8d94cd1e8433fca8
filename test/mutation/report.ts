// `npm run test:mutate`: changes every operator, word, limit, list and setting of the policies and reports what nobody notices.
import { loadPolicySet } from "../policy-set.ts";
import { reasonOf } from "./known-survivors.ts";
import { type Mutant, mutantsOf } from "./mutants.ts";
import { noticedBy, WITNESSES } from "./witnesses.ts";

const set = await loadPolicySet();
const witness = noticedBy(set);
if (witness !== null) throw new Error(`the policies as they are do not stand before: ${witness}`);

const results = mutantsOf(set).map((mutant) => ({ mutant, witness: noticedBy(mutant.set) }));
const survivors = results.filter((result) => result.witness === null).map(({ mutant }) => mutant);

const count = (of: (result: (typeof results)[number]) => string): readonly string[] => {
  return [...new Set(results.map(of))].map((name) => {
    const group = results.filter((result) => of(result) === name);
    const killed = group.filter((result) => result.witness !== null).length;
    return `  ${name}: ${killed} of ${group.length} noticed`;
  });
};
const share = ((1 - survivors.length / results.length) * 100).toFixed(1);
const lineOf = (mutant: Mutant): string =>
  `  ${mutant.name}\n    ${reasonOf(mutant) ?? "NO REASON KNOWN: add a case that notices it"}`;

process.stdout.write(
  `${[
    `${results.length} mutants, ${results.length - survivors.length} noticed (${share} %)`,
    ...count(({ mutant }) => mutant.kind),
    "By whom:",
    ...WITNESSES.map(
      (name) => `  ${name}: ${results.filter((result) => result.witness === name).length}`,
    ),
    "Survivors:",
    ...survivors.map(lineOf),
  ].join("\n")}\n`,
);
const unexplained = survivors.filter((mutant) => reasonOf(mutant) === null);
process.exitCode = unexplained.length > 0 ? 1 : 0;
