import { readFileSync } from "node:fs";
import { connect as plain } from "node:net";
import { connect as encrypted } from "node:tls";
import { need, secret } from "./settings.mjs";

const TIMEOUT_MS = 5000;

const encode = (words) =>
  `*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join("")}`;

/** Reads one reply from the start of `text`: `[reply, rest]`, or undefined while it is incomplete. */
function decode(text) {
  const end = text.indexOf("\r\n");
  if (end < 0) return undefined;
  const head = text.slice(1, end);
  const rest = text.slice(end + 2);
  if (text[0] === "-") return [new Error(head), rest];
  if (text[0] !== "$") return [head, rest];
  const length = Number(head);
  if (length < 0) return [null, rest];
  return rest.length < length + 2 ? undefined : [rest.slice(0, length), rest.slice(length + 2)];
}

/** Sends all commands at once and resolves to their replies, in order. */
function pipeline(commands) {
  const host = need("REDIS_HOST");
  const port = Number(need("REDIS_PORT"));
  const socket =
    process.env.REDIS_TLS === "true"
      ? encrypted({ host, port, servername: host, ca: readFileSync(need("REDIS_CA_FILE")) })
      : plain({ host, port });
  return new Promise((resolve, reject) => {
    const replies = [];
    let text = "";
    socket.setEncoding("latin1");
    socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error("no answer in time")));
    socket.on("error", reject);
    socket.on("close", () => reject(new Error("the connection was closed")));
    socket.on("data", (chunk) => {
      text += chunk;
      for (let next = decode(text); next !== undefined; next = decode(text)) {
        if (next[0] instanceof Error) return socket.destroy(next[0]);
        replies.push(next[0]);
        text = next[1];
      }
      if (replies.length === commands.length) {
        resolve(replies);
        socket.end();
      }
    });
    socket.write(commands.map(encode).join(""));
  });
}

export async function roundtrip(value) {
  if (process.env.REDIS_HOST === undefined) return undefined;
  const password = secret(need("REDIS_PASSWORD_FILE"));
  const key = `roundtrip:${value}`;
  const replies = await pipeline([
    ["AUTH", process.env.REDIS_USERNAME ?? "default", password],
    ["SET", key, value, "EX", "60"],
    ["GET", key],
  ]);
  return replies[2];
}
