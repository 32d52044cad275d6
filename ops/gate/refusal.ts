import { SECRET } from "../../policies/graph";
import { Masker } from "../change/mask";
import { DECISIONS, type Report, RISKS, type Risk, type Source } from "../change/model";
import { NotUnderstood } from "../change/not-understood";

/** Decides, and makes a report of input that cannot be judged too: whoever reads the chosen format is told in it. */
export async function reported(source: Source, decide: () => Report | Promise<Report>): Promise<Report> {
  try {
    return await decide();
  } catch (error) {
    if (error instanceof NotUnderstood) return refusalReport(source, error.message);
    throw error;
  }
}

function refusalReport(source: Source, message: string): Report {
  const line = new Masker().text(message.replace(/\s+/g, " ").trim()) || SECRET;
  const decision = "not-understood";
  return {
    version: 1,
    stack: "",
    project: "",
    source,
    verdict: {
      decision,
      exitCode: DECISIONS[decision],
      line,
      because: [{ decision, text: line.replace(/^BLOCK: not understood: /, "") }],
    },
    changes: [],
    counts: Object.fromEntries(RISKS.map((risk) => [risk, 0])) as Record<Risk, number>,
    unchanged: 0,
    findings: [],
  };
}
