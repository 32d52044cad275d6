import type { Guard, Verdict } from "../guard";
import type { View } from "../view";

/** Runs one check for each statement of a policy document, given as text or as an object. */
export function eachStatement(document: View, guard: Guard, test: (statement: View) => Verdict): void {
  guard.attempt(() => {
    for (const statement of document.json().at("Statement").items()) guard.check(() => test(statement));
  });
}

/** Whether the statement allows rather than denies. */
export function allows(statement: View): boolean {
  return statement.at("Effect").text() !== "Deny";
}

/** Whether a statement names everybody, and sets no condition that narrows it. */
export function forEverybody(statement: View): boolean {
  if (!allows(statement) || statement.at("Condition").present()) return false;
  const principal = statement.at("Principal");
  if (!principal.present()) return false;
  const named = isText(principal)
    ? [principal]
    : principal.entries().flatMap(([kind, each]) => (kind === "AWS" ? each.items() : []));
  return named.some((each) => each.text() === "*");
}

/** The texts of a property that is a text or a list of texts. */
export function textsOf(value: View): readonly string[] {
  return value.items().map((each) => each.text() ?? "");
}

function isText(view: View): boolean {
  try {
    return view.text() !== undefined;
  } catch {
    return false;
  }
}
