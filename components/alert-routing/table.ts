/** Teams of the alerts that Bulwark brings. */
export const TEAMS = ["platform", "app", "data", "security"] as const;

/** How much a row says about the alerts it is for. */
export function specificity(row: {
  readonly team?: string | undefined;
  readonly environment?: string | undefined;
}): number {
  return (row.environment === undefined ? 0 : 2) + (row.team === undefined ? 0 : 1);
}
