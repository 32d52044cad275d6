/** Whether a row speaks of an argument: it is the one with the longest name that the argument is, or is a part of. */
export function owns(row: string, path: string, rows: readonly string[]): boolean {
  return rows.filter((each) => covers(each, path)).every((each) => each.length <= row.length) && covers(row, path);
}

function covers(row: string, path: string): boolean {
  return path === row || (path.startsWith(row) && /^[.[<]/.test(path.slice(row.length)));
}

/** The argument as a user writes it, without the kind that it belongs to. */
export function strip(path: string): string {
  return path.replace(/<[\w-]+>/g, "");
}
