// `seclog doctor`: what is unsafe or missing in the settings of the installation. It only reads.
import { describeFinding, diagnose } from "../domain/doctor/diagnosis.ts";
import { openInspection } from "../open-inspection.ts";
import { type Command, EXIT } from "./command.ts";

export const command: Command = {
  name: "doctor",
  usage: "[--project PATH] [--gitlab URL] [--json]",
  help: `
Reads the settings of the tracker, its branches, variables, schedules, webhooks, people and tokens, with the token of the
run, and prints one finding for each that is not as docs/setup.md asks: what is wrong, and where to mend it. What the
token may not read is a finding as well. Nothing is written.

  dangerous   \`seclog run\` refuses to work as long as it stands
  unsafe      a protection is missing, or something cannot work
  advice      better otherwise, or not possible on this tier

Environment: GITLAB_URL, SECLOG_TOKEN, SECLOG_PROJECT; with SECLOG_READ_TOKEN and SECLOG_ARTEFACT_KEY they are looked at
as well. --json prints {findings: [{id, severity, wrong, fix}]}.

Exit codes: 0 nothing but advice, 1 something is dangerous or unsafe, 2 bad input.`,
  options: { project: { type: "string" }, gitlab: { type: "string" } },
  run: async (terminal, values, positionals) => {
    if (positionals.length > 0) {
      terminal.complain("seclog doctor: takes no words, only options\n");
      return EXIT.badInput;
    }
    const text = (value: unknown) => (typeof value === "string" ? value : null);
    const opened = await openInspection(terminal, {
      gitlab: text(values["gitlab"]),
      project: text(values["project"]),
    });
    if (!opened.ok) {
      terminal.complain(`seclog doctor: ${opened.faults.join("\nseclog doctor: ")}\n`);
      return EXIT.badInput;
    }
    const findings = diagnose(await opened.inspect());
    const bad = findings.filter(({ severity }) => severity !== "advice");
    if (values["json"] === true) terminal.write(`${JSON.stringify({ findings })}\n`);
    else {
      for (const finding of findings) terminal.write(`${describeFinding(finding)}\n`);
      terminal.write(
        findings.length === 0
          ? "Everything is as it should be.\n"
          : `${findings.length} findings, ${bad.length} of them dangerous or unsafe.\n`,
      );
    }
    return bad.length === 0 ? EXIT.done : EXIT.failed;
  },
};
