// Writes the previews of all situations, or of those named: node -r ./test/engine/load-typescript.cjs test/change/recorder/record.ts [name…]
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { SITUATIONS } from "../situations";
import { normalised, normalisedStream } from "./normalised";
import { Recorder } from "./recorder";

async function main(): Promise<void> {
  const wanted = process.argv.slice(2);
  const recorder = await new Recorder().start();
  try {
    for (const situation of SITUATIONS.filter(({ name }) => wanted.length === 0 || wanted.includes(name))) {
      const { digest, stream } = await recorder.record(situation);
      const file = join(__dirname, "..", "previews", situation.name);
      writeFileSync(`${file}.json`, `${JSON.stringify(normalised(JSON.parse(digest)), null, 1)}\n`);
      writeFileSync(`${file}.jsonl`, normalisedStream(stream));
      console.log(situation.name);
    }
  } finally {
    recorder.close();
  }
}

void main();
