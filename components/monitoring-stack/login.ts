import { createHash } from "node:crypto";

interface Bcrypt {
  encodeBase64(bytes: Uint8Array, length: number): string;
  hashSync(password: string, salt: string): string;
}

/**
 * The bcrypt hash of a generated password, as the edge checks it. The salt follows from the subject, so that a second update changes nothing.
 * The cost is the lowest there is: forty random characters need no slow hash, and every request of a page pays for it.
 */
export function loginHash(subject: string, password: string): string {
  const bcrypt = require("bcryptjs") as Bcrypt;
  const salt = createHash("sha256").update(`bulwark login salt\0${subject}`).digest().subarray(0, 16);
  return bcrypt.hashSync(password, `$2b$04$${bcrypt.encodeBase64(salt, 16)}`);
}
