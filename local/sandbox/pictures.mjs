// The sandbox's pictures and videos: each is kept for a day, at an address that can't be guessed.
import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const lifetime = 24 * 3600 * 1000;
const types = { png: "image/png", mp4: "video/mp4" };

export class Pictures {
  #dir;

  // dir is where they are kept; origin() is where they are served, such as "http://127.0.0.1:8790".
  constructor(dir, origin) {
    this.#dir = dir;
    this.origin = origin;
  }

  // find returns {body, type} by the name of a file, as in /sandbox/<name>; undefined if there is none or it has expired.
  find(name) {
    const file = join(this.#dir, name);
    const [, ending] = /^[\w-]{22,}\.(png|mp4)$/.exec(name) ?? [];
    if (!ending || !existsSync(file) || expired(file)) return undefined;
    return { body: readFileSync(file), type: types[ending] };
  }

  // keep returns the address of a picture or a video; undefined keeps nothing, and the address serves nothing.
  keep(content, ending = "png") {
    const name = `${randomBytes(24).toString("base64url")}.${ending}`;
    mkdirSync(this.#dir, { recursive: true });
    if (content) writeFileSync(join(this.#dir, name), content);
    return `${this.origin()}/sandbox/${name}`;
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
