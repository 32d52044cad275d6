import { readFileSync } from "node:fs";

/** A secret, read each time it is used, so that a replaced file counts at once. */
export const secret = (file) => readFileSync(file, "utf8").trim();

/** A variable that a link has to give. */
export function need(name) {
  const value = process.env[name];
  if (value === undefined || value === "") throw new Error(`${name} is not set`);
  return value;
}
