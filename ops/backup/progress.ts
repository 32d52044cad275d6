import type { Sink } from "../terminal";

/** Shows how far a runner is. */
export interface Progress {
  show(event: Readonly<Record<string, unknown>>): void;
  /** Ends the line that is being rewritten. */
  end(): void;
}

/** One line that is rewritten on a terminal, a line for each step otherwise. Standard output stays free for the result. */
export function progressOn(sink: Sink): Progress {
  let open = false;
  let last = "";
  return {
    show(event) {
      const text = wordsOf(event);
      if (text === undefined || text === last) return;
      last = text;
      if (sink.isTTY === true) {
        sink.write(`\r\u001b[2K${text}`);
        open = true;
      } else {
        sink.write(`${text}\n`);
      }
    },
    end() {
      if (open) sink.write("\r\u001b[2K");
      open = false;
    },
  };
}

function wordsOf({ step, detail, share }: Readonly<Record<string, unknown>>): string | undefined {
  if (typeof step !== "string") return undefined;
  const percent = typeof share === "number" ? ` (${Math.floor(share * 100)} %)` : "";
  return `${typeof detail === "string" ? detail : step}${percent}`;
}
