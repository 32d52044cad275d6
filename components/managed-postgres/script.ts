/** A step of a script, as `psql` would take it. */
export type Step =
  | { readonly kind: "statement"; readonly statement: string }
  /** Runs the text in the first column of each row of the result. */
  | { readonly kind: "execute-result"; readonly statement: string }
  | { readonly kind: "connect"; readonly database: string };

/** The steps of a script of `provision.ts`: one statement a line, and of the commands of `psql` those that it uses. */
export function readScript(script: string): readonly Step[] {
  return script.split("\n").flatMap((line): Step[] => {
    const text = line.trim();
    if (text === "" || text.startsWith("\\set ")) return [];
    if (text.startsWith("\\connect ")) return [{ kind: "connect", database: text.slice("\\connect ".length) }];
    if (text.endsWith(" \\gexec")) return [{ kind: "execute-result", statement: text.slice(0, -" \\gexec".length) }];
    if (text.startsWith("\\")) throw new Error(`a command that is not known here: ${text}`);
    return [{ kind: "statement", statement: text }];
  });
}

/** What stands in a script for the verifier of a role, until its password is known. */
export function verifierMark(role: string): string {
  return `@verifier-of-${role}@`;
}
