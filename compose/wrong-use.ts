/** A setting or option that cannot be right; the message is one line that names it. */
export class WrongUse extends Error {
  override name = "WrongUse";
}
