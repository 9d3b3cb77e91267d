// Copies of a database at a moment, which implement D1's Time Travel. There is one per requested bookmark, so a restore really
// brings the data back.
import { createHash, createHmac } from "node:crypto";
import { constants, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";

const keptCopies = 30; // copies of one database
const attempts = 50;

// databaseFiles returns where Miniflare keeps a database: the file, its write-ahead log and its index. The name is that of
// workerd's Durable Object, which is derived from Miniflare's key of the class and the database's ID.
export function databaseFiles(dir, uuid) {
  const key = createHash("sha256").update("miniflare-D1DatabaseObject").digest();
  const hmac = (data) => createHmac("sha256", key).update(data).digest().subarray(0, 16);
  const name = hmac(uuid);
  const file = join(dir, "miniflare-D1DatabaseObject", `${Buffer.concat([name, hmac(name)]).toString("hex")}.sqlite`);
  return [file, `${file}-wal`, `${file}-shm`];
}

export class Snapshots {
  #dir;
  #files;

  constructor(dir, files) {
    this.#dir = dir;
    this.#files = files;
  }

  // take copies the database and returns a bookmark in D1's format, which sorts by time.
  async take(uuid, at = Date.now()) {
    const fresh = join(this.#dir, uuid, "new");
    rmSync(fresh, { recursive: true, force: true });
    mkdirSync(fresh, { recursive: true });
    const digest = await this.#copy(uuid, fresh);

    const latest = this.list(uuid).at(-1);
    if (latest?.endsWith(digest)) {
      rmSync(fresh, { recursive: true });
      return latest;
    }

    const bookmark = `${hex(at / 1000)}-${hex(at % 1000)}-${hex(0)}-${digest}`;
    renameSync(fresh, join(this.#dir, uuid, bookmark));
    for (const old of this.list(uuid).slice(0, -keptCopies)) rmSync(join(this.#dir, uuid, old), { recursive: true });
    return bookmark;
  }

  // list returns a database's bookmarks, oldest first.
  list(uuid) {
    const dir = join(this.#dir, uuid);
    return existsSync(dir)
      ? readdirSync(dir)
          .filter((name) => name !== "new")
          .sort()
      : [];
  }

  // at returns the latest bookmark that is not after a time in ms.
  at(uuid, time) {
    return this.list(uuid).findLast((bookmark) => bookmarkTime(bookmark) <= time);
  }

  // unchanged reports whether the database has not been written to since a time in ms.
  unchanged(uuid, time) {
    const written = this.#files(uuid)
      .slice(0, 2)
      .map((file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0);
    return Math.max(...written) <= time;
  }

  // restore replaces the database with a copy. The runtime must be stopped.
  restore(uuid, bookmark) {
    const from = join(this.#dir, uuid, bookmark);
    this.#files(uuid).forEach((file, i) => {
      rmSync(file, { force: true });
      if (existsSync(join(from, String(i)))) copyFileSync(join(from, String(i)), file);
    });
  }

  remove(uuid) {
    rmSync(join(this.#dir, uuid), { recursive: true, force: true });
  }

  // The file and its log belong together. If size and time of both are the same before and after copying them, the copy is
  // consistent.
  async #copy(uuid, to) {
    const files = this.#files(uuid).slice(0, 2);
    for (let attempt = 0; attempt < attempts; attempt++) {
      const before = files.map(look).join();
      const hash = createHash("md5");
      files.forEach((file, i) => {
        if (!existsSync(file)) return;
        copyFileSync(file, join(to, String(i)), constants.COPYFILE_FICLONE);
        hash.update(readFileSync(join(to, String(i))));
      });
      if (before === files.map(look).join()) return hash.digest("hex");
      await new Promise(setImmediate);
    }
    throw new Error(`Database ${uuid} is written to without a pause, so that no copy of it could be taken. Try again.`);
  }
}

function look(file) {
  const { size, mtimeNs } = statSync(file, { bigint: true, throwIfNoEntry: false }) ?? {};
  return `${size}:${mtimeNs}`;
}

const hex = (number) => Math.floor(number).toString(16).padStart(8, "0");

function bookmarkTime(bookmark) {
  const [seconds, millis] = bookmark.split("-").map((part) => Number.parseInt(part, 16));
  return seconds * 1000 + millis;
}
