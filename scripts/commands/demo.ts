// `seclog demo`: plays a whole case against the sandbox GitLab, tells the story, and leaves a page to look at.
import { join, resolve } from "node:path";
import type { Scene, Told } from "../demo/story.ts";
import { type Command, EXIT, type Terminal } from "./command.ts";
import { portOf, stopped } from "./sandbox.ts";

const PAGE_DIRECTORY = ".seclog/demo";

export const command: Command = {
  name: "demo",
  usage: "[--serve] [--port N] [--json]",
  help: `
Starts a sandbox GitLab and a 30-day log archive, and plays one customer incident with the real jobs: a request with
something missing, its correction, the log-dive, redaction, two approvals, hand-over and the Audit Events gap issue.
Nothing leaves this machine. It writes ${PAGE_DIRECTORY}/index.html.

  --serve   leave the sandbox running, to click through it (Ctrl-C stops it)
  --port N  the sandbox's port (default: a free one)`,
  options: { serve: { type: "boolean" }, port: { type: "string" } },
  run: async (terminal, values) => {
    const port = portOf(values["port"]);
    if (port === null) {
      terminal.complain("seclog demo: --port wants a number from 0 to 65535\n");
      return EXIT.badInput;
    }
    const json = values["json"] === true;
    const say = (text: string) => {
      if (!json) terminal.write(`${text}\n`);
    };
    const [{ setStage }, { tellStory }, { writePage }, { demoForm }] = await Promise.all([
      import("../demo/stage.ts"),
      import("../demo/story.ts"),
      import("../demo/page.ts"),
      import("../demo/form.ts"),
    ]);
    const stage = await setStage({ port });
    try {
      say(
        `A sandbox GitLab at ${stage.sandbox.url}, and an archive of ${stage.archive.lines} log lines in ${stage.archive.files} files.\n`,
      );
      const form = await demoForm();
      const told = await tellStory(stage, terminal, form, (scene) => say(sceneText(scene)));
      const page = await writePage(resolve(PAGE_DIRECTORY), told);
      for (const line of ending(told, page)) say(line);
      if (json) terminal.write(`${JSON.stringify({ ...told, page })}\n`);
      if (values["serve"] === true) await serve(terminal, told.issueUrl, say);
      return told.quiet && told.rows.length > 0 ? EXIT.done : EXIT.failed;
    } finally {
      await stage.close();
    }
  },
};

function sceneText({ at, who, what, link, jobs }: Scene): string {
  const lines = [`${at.slice(11, 16)}  ${who} ${what}.`];
  if (link !== null) lines.push(`       ${link}`);
  for (const job of jobs) {
    const done = job.lines.filter((line) => line.startsWith("done"));
    for (const line of done)
      lines.push(`       ${job.job.padEnd(9)} ${line.slice("done  ".length)}`);
  }
  return `${lines.join("\n")}\n`;
}

function ending({ rows, gapUrl, quiet, custody }: Told, page: string): readonly string[] {
  return [
    `Support opens the package with their own key and reads ${rows.length} redacted rows, such as`,
    ...rows.slice(0, 2).map((row) => `  ${row.slice(0, 160)}`),
    "",
    quiet
      ? "The last run over the finished request wrote nothing."
      : "The last run wrote something again: that is a fault.",
    ...(gapUrl === null ? [] : [`The gap in Audit Events is filed: ${gapUrl}`]),
    `The custody log ends at ${custody}: \`seclog verify --head\` takes this and finds a log that was cut.`,
    `The story as a page: ${join(page)}`,
  ];
}

async function serve(
  terminal: Terminal,
  issueUrl: string,
  say: (text: string) => void,
): Promise<void> {
  say(`\nThe sandbox goes on running: ${issueUrl}\nCtrl-C stops it.`);
  await stopped(terminal.signal);
}
