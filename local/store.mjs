// Stores the content of uploaded modules, as files named by their SHA-256.
import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { writeAtomically } from "./state.mjs";

export class ContentStore {
  #dir;

  constructor(dir) {
    this.#dir = dir;
  }

  // put stores content and returns its digest.
  put(content) {
    const digest = createHash("sha256").update(content).digest("hex");
    const file = join(this.#dir, digest);
    if (!existsSync(file)) writeAtomically(file, content);
    return digest;
  }

  // get returns the content of a part {digest}.
  get({ digest }) {
    return readFileSync(join(this.#dir, digest));
  }

  // sweep removes content that no script uses any more.
  sweep(scripts) {
    const used = new Set(Object.values(scripts).flatMap(({ parts }) => parts.map(({ digest }) => digest)));
    if (!existsSync(this.#dir)) return;
    for (const file of readdirSync(this.#dir)) if (!used.has(file)) rmSync(join(this.#dir, file));
  }
}
