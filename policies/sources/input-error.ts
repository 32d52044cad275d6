/** A file that is none of the kinds that can be checked. It must stop the check: what is not understood is not fine. */
export class InputError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "InputError";
  }
}
