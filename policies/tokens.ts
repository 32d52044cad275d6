/** Tokens that mean the same kind of resource with the same properties. */
const ALIASES: readonly (readonly string[])[] = [];

/** Every token of the same kind and shape, the given one included. */
export function aliasesOf(type: string): readonly string[] {
  return ALIASES.find((set) => set.includes(type)) ?? [type];
}
