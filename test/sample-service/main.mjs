// A service such as an application team would bring: it knows its stores only by the variables and files of its links.
import { migrate } from "./database.mjs";
import { serve } from "./server.mjs";

const commands = { serve, migrate };
const name = process.argv[2] ?? "serve";
const command = commands[name];
if (command === undefined) {
  console.error(`no command "${name}": say ${Object.keys(commands).join(" or ")}`);
  process.exit(2);
}
try {
  await command();
} catch (error) {
  console.error(error.message);
  process.exit(1);
}
