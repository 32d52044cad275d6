import type { View } from "./view";

const NAME =
  /(?:^|[_.-])(pass(?:w(?:or)?d|phrase)?|secret|token|api[_-]?key|private[_-]?key|credentials?|dsn)(?=$|[_.-])/;
const JOINED = /(password|secretkey|apikey|privatekey|authtoken)/;
const ABOUT =
  /[_.-](file|path|dir|arn|name|id|ttl|minutes|hours|days|seconds|length|enabled|host|port|type|algorithm|header|cookie|issuer|url|uri|ref)$/;

const TEXTS: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z ]*PRIVATE KEY/, "a private key"],
  [/\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@]*:[^\s/@]+@/i, "a URL with a password"],
  [/\b(AKIA|ASIA)[0-9A-Z]{16}\b/, "an AWS access key"],
  [/\bgh[pousr]_[A-Za-z0-9]{36}/, "a GitHub token"],
  [/\bglpat-[\w-]{20}/, "a GitLab token"],
  [/\bxox[abeoprs]-[\w-]{10}/, "a Slack token"],
  [/\bhooks\.slack\.com\/services\/T\w+\/B\w+\/\w+/, "a Slack webhook"],
  [/\b[rs]k_live_\w{16}/, "a payment key"],
  [/\beyJ[\w-]{10,}\.eyJ[\w-]{10,}\.[\w-]{10}/, "a JSON Web Token"],
];

/** What every one of these texts holds; one look instead of nine for all the others. */
const HINT = /-----BEGIN|:\/\/|AKIA|ASIA|gh[pousr]_|glpat-|xox|hooks\.slack|k_live_|eyJ/;

/** A program has few names and asks about each of them thousands of times. */
const known = new Map<string, string | undefined>();

/** The word in a name that says that its value is a secret; nothing for names about a secret, such as `DB_PASSWORD_FILE`. */
export function secretWord(name: string): string | undefined {
  if (known.has(name)) return known.get(name);
  const word = wordIn(name);
  if (known.size < 10_000) known.set(name, word);
  return word;
}

function wordIn(name: string): string | undefined {
  const plain = name.replace(/([a-z])([A-Z])/g, "$1_$2").toLowerCase();
  if (ABOUT.test(plain)) return undefined;
  return (NAME.exec(plain) ?? JOINED.exec(plain))?.[1];
}

/** What kind of secret a text holds, judged by the text alone. */
export function secretKind(text: string): string | undefined {
  if (!HINT.test(text)) return undefined;
  return TEXTS.find(([pattern]) => pattern.test(text))?.[1];
}

/** What kind of secret a named text holds, judged by both; nothing for what is plainly none. */
export function secretLiteral(name: string, text: string): string | undefined {
  const kind = secretKind(text);
  if (kind !== undefined) return kind;
  const word = secretWord(name);
  const harmless = text === "" || /^(true|false|\d{1,5})$/i.test(text) || text.startsWith("/run/secrets/");
  return word === undefined || harmless ? undefined : `a literal under a name with "${word}"`;
}

/** What is wrong with a named value that everybody can read, without saying what the value is. */
export function exposedSecret(name: string, value: View): string | undefined {
  if (value.isSecret()) return `${value.path} holds a value that is marked as secret`;
  const kind = secretLiteral(name, value.text() ?? "");
  return kind === undefined ? undefined : `${value.path} holds ${kind}`;
}
