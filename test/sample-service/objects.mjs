import { createHash, createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { request as plain } from "node:http";
import { request as encrypted } from "node:https";
import { need, secret } from "./settings.mjs";

const sha256 = (text) => createHash("sha256").update(text).digest("hex");
const hmac = (key, text) => createHmac("sha256", key).update(text).digest();

/** The headers of one request, signed as AWS Signature Version 4 asks for. */
function sign(method, url, body) {
  const region = need("S3_REGION");
  const time = new Date().toISOString().replace(/[-:]|\.\d{3}/g, "");
  const day = time.slice(0, 8);
  const headers = { host: url.host, "x-amz-content-sha256": sha256(body), "x-amz-date": time };
  const names = Object.keys(headers).sort();
  const canonical = [
    method,
    url.pathname,
    url.searchParams.toString(),
    ...names.map((name) => `${name}:${headers[name]}`),
    "",
    names.join(";"),
    headers["x-amz-content-sha256"],
  ].join("\n");
  const scope = `${day}/${region}/s3/aws4_request`;
  let key = `AWS4${secret(need("S3_SECRET_KEY_FILE"))}`;
  for (const part of [day, region, "s3", "aws4_request"]) key = hmac(key, part);
  const signature = hmac(key, ["AWS4-HMAC-SHA256", time, scope, sha256(canonical)].join("\n")).toString("hex");
  const credential = `${need("S3_ACCESS_KEY")}/${scope}`;
  return {
    ...headers,
    authorization: `AWS4-HMAC-SHA256 Credential=${credential}, SignedHeaders=${names.join(";")}, Signature=${signature}`,
  };
}

function send(method, key, body = "") {
  const url = new URL(`${need("S3_ENDPOINT")}/${need("S3_BUCKET")}/${key}`);
  const headers = { ...sign(method, url, body), "content-length": Buffer.byteLength(body) };
  const options =
    url.protocol === "https:" && process.env.S3_CA_FILE !== undefined
      ? { ca: readFileSync(process.env.S3_CA_FILE) }
      : {};
  return new Promise((resolve, reject) => {
    const request = url.protocol === "https:" ? encrypted : plain;
    const sent = request(url, { method, headers, timeout: 5000, ...options }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk) => (text += chunk));
      response.on("end", () =>
        response.statusCode < 300
          ? resolve(text)
          : reject(new Error(`${method} answered ${response.statusCode}: ${text}`)),
      );
    });
    sent.on("timeout", () => sent.destroy(new Error("no answer in time")));
    sent.on("error", reject);
    sent.end(body);
  });
}

export async function roundtrip(value) {
  if (process.env.S3_ENDPOINT === undefined) return undefined;
  const key = `roundtrip/${value}`;
  await send("PUT", key, value);
  const read = await send("GET", key);
  await send("DELETE", key);
  return read;
}
