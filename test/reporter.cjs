// One line per file, failures in full, what was skipped and why, and the counts as the last line.
const { relative } = require("node:path");

const colours = process.stdout.isTTY && !process.env.NO_COLOR;
const paint = (code, text) => (colours ? `\u001b[${code}m${text}\u001b[0m` : text);
// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is removed.
const plain = (text) => (colours ? text : text.replace(/\u001b\[[0-9;]*m/g, ""));

class Reporter {
  constructor(globalConfig) {
    this.rootDir = globalConfig.rootDir;
  }

  onTestResult(_test, result) {
    const { numPassingTests: passed, numFailingTests: failed, numPendingTests: skipped, perfStats } = result;
    const broken = failed > 0 || result.testExecError !== undefined;
    const mark = broken ? paint(31, "FAIL") : paint(32, "pass");
    const seconds = ((perfStats.end - perfStats.start) / 1000).toFixed(1).padStart(6);
    const counts = [`${passed} passed`];
    if (failed > 0) counts.push(paint(31, `${failed} failed`));
    if (skipped > 0) counts.push(paint(33, `${skipped} skipped`));
    console.log(`${mark} ${seconds} s  ${relative(this.rootDir, result.testFilePath)}  ${counts.join(", ")}`);
  }

  onRunComplete(_contexts, results) {
    const skipped = [];
    for (const file of results.testResults) {
      if (file.failureMessage) console.log(`\n${plain(file.failureMessage).trimEnd()}`);
      for (const test of file.testResults) {
        if (test.status === "pending" || test.status === "todo" || test.status === "skipped") {
          skipped.push(`  ${relative(this.rootDir, file.testFilePath)}: ${test.fullName}`);
        }
      }
    }
    if (skipped.length > 0) console.log(`\n${paint(33, "skipped")}\n${skipped.join("\n")}`);
    if (results.snapshot.unmatched > 0 || results.snapshot.unchecked > 0) {
      const { unmatched, unchecked } = results.snapshot;
      console.log(`\nsnapshots: ${unmatched} do not match, ${unchecked} are not used`);
    }
    // A file that could not even be loaded has no failing test of its own, and counts as one.
    const unloaded = results.testResults.filter(
      (file) => file.testExecError !== undefined && file.numFailingTests === 0,
    ).length;
    const failed = results.numFailedTests + unloaded;
    const more = results.numPendingTests + results.numTodoTests;
    const last = `${results.numPassedTests} passed, ${failed} failed${more > 0 ? `, ${more} skipped` : ""}`;
    console.log(`\n${failed > 0 ? paint(31, last) : paint(32, last)}`);
  }
}

module.exports = Reporter;
