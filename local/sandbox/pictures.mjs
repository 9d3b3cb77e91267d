// The sandbox's pictures: each is kept for a day, at an address that can't be guessed.
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const lifetime = 24 * 3600 * 1000;

export class Pictures {
  #dir;

  // dir is where they are kept; origin() is where they are served, such as "http://127.0.0.1:8790".
  constructor(dir, origin) {
    this.#dir = dir;
    this.origin = origin;
  }

  // find returns a picture by its name, as in /sandbox/<name>.png; undefined if there is none or it has expired.
  find(name) {
    const file = join(this.#dir, `${name}.png`);
    if (!/^[\w-]{22,}$/.test(name) || !existsSync(file) || expired(file)) return undefined;
    return readFileSync(file);
  }

  // keep returns the address of a picture; undefined keeps nothing, and the address serves nothing.
  keep(picture) {
    const name = randomBytes(24).toString("base64url");
    mkdirSync(this.#dir, { recursive: true });
    if (picture) writeFileSync(join(this.#dir, `${name}.png`), picture);
    return `${this.origin()}/sandbox/${name}.png`;
  }

  sweep() {
    if (!existsSync(this.#dir)) return;
    for (const name of readdirSync(this.#dir)) {
      const file = join(this.#dir, name);
      if (expired(file)) rmSync(file, { force: true });
    }
  }
}

const expired = (file) => Date.now() - statSync(file).mtimeMs > lifetime;
