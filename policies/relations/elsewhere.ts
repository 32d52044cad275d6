import { EVERYWHERE, rule } from "../rule";

/** Spoken by the register of exemptions, not by a look at resources. */
export const exemptionValid = rule({
  id: "xs-exemption-valid",
  title: "Exemptions are complete, in force and in use",
  severity: "high",
  level: EVERYWHERE,
  types: [],
  exemptable: false,
  remedy: "Mend or remove the entry in policies/exemptions.yaml; a longer time needs a new approval.",
  references: ["Bulwark"],
  check: () => undefined,
  examples: { compliant: [], violating: [] },
});

/** Decided by `bulwark gate`: policies see neither deletions nor replacements. */
export const changeWindow = rule({
  id: "xs-change-window",
  title: "Data is replaced or deleted only in an approved window",
  severity: "critical",
  level: EVERYWHERE,
  types: [],
  exemptable: false,
  remedy: "Ask for a window, and run `bulwark gate` on the preview inside it.",
  references: ["Bulwark"],
  check: () => undefined,
  examples: { compliant: [], violating: [] },
});
