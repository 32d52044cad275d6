import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { everyAlert } from "../../components/monitoring-stack/catalogue";
import { everyCloudAlert } from "../../components/monitoring-stack/cloud-catalogue";

const FOLDER = join(__dirname, "..", "..", "docs", "runbooks");
const alerts = [...new Set([...everyAlert().map((rule) => rule.alert), ...everyCloudAlert()])];

describe("runbooks", () => {
  it("exist for every alert, and for no other", () => {
    const pages = readdirSync(FOLDER).filter((file) => file.endsWith(".md"));
    expect(pages.sort()).toEqual(alerts.map((alert) => `${alert}.md`).sort());
  });

  it.each(alerts)("%s says what to look at, what to do, and how to know it worked", (alert) => {
    const page = readFileSync(join(FOLDER, `${alert}.md`), "utf8");
    expect(page.startsWith(`# ${alert}\n`)).toBe(true);
    for (const heading of ["What to look at", "What to do", "How to know it worked"]) {
      const body = page.split(`## ${heading}\n`)[1]?.split("\n## ")[0]?.trim() ?? "";
      expect({ heading, long: body.length > 10 }).toEqual({ heading, long: true });
    }
  });

  it("point to alerts that exist", () => {
    for (const alert of alerts) {
      const page = readFileSync(join(FOLDER, `${alert}.md`), "utf8");
      for (const [, other] of page.matchAll(/(?:[Ss]ee|[Aa]s for) ([A-Z][a-z]+[A-Z]\w+)/g))
        expect(alerts).toContain(other);
    }
  });
});
