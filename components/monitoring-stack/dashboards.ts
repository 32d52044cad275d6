import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { imagesFolder } from "../targets/compose/images";

/** A dashboard as Grafana reads it. */
export interface DashboardFile {
  readonly name: string;
  readonly content: string;
}

/** Folder of the committed dashboards: beside the images, as both are part of the package. */
export function dashboardsFolder(): string {
  return join(imagesFolder(), "grafana", "dashboards");
}

/** All dashboards that Bulwark brings. */
export function dashboardFiles(): readonly DashboardFile[] {
  const folder = dashboardsFolder();
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .filter((name) => name.endsWith(".json"))
    .sort()
    .map((name) => ({ name, content: readFileSync(join(folder, name), "utf8") }));
}
