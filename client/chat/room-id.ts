const accents = /\p{M}/gu;

/** A room id made of a title, or "" when nothing of it fits. */
export function roomIdOf(title: string): string {
  return title
    .normalize("NFD")
    .replace(accents, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-+/, "")
    .slice(0, 64)
    .replace(/-+$/, "");
}
