import { isDigest, readDigest } from "./digest";
import type { ChangeSet } from "./model";
import { type Fields, fieldsOf, NotUnderstood } from "./not-understood";
import { readStream } from "./stream";

/** Reads a preview in either form. Throws {@link NotUnderstood} for all that is not surely a whole preview. */
export function readPreview(text: string): ChangeSet {
  const document = whole(text);
  if (document !== undefined && !("sequence" in document)) {
    if ("version" in document && "resources" in document)
      throw new NotUnderstood("this is a plan of bulwark; `bulwark diff BASE HEAD` compares two");
    if (!isDigest(document)) throw new NotUnderstood("this is no preview of Pulumi");
    return readDigest(document);
  }
  return readStream(lines(text));
}

/** The one JSON object that a text is; nothing when it is not. Ends the reading when it is JSON of another kind. */
function whole(text: string): Fields | undefined {
  if (text.trim() === "") throw new NotUnderstood("it is empty");
  try {
    return fieldsOf(JSON.parse(text), "the preview");
  } catch (error) {
    if (error instanceof NotUnderstood) throw error;
    return undefined;
  }
}

function lines(text: string): Fields[] {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      try {
        return fieldsOf(JSON.parse(line), "an event");
      } catch {
        throw new NotUnderstood("it is not JSON, or it is cut off");
      }
    });
}
