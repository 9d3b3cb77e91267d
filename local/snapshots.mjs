// Copies of a database at a moment, which stand for D1's Time Travel: each bookmark that was asked for has one, so that a
// restore to it really brings the data back.
import { createHash, createHmac } from "node:crypto";
import { constants, copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";

const keptCopies = 30; // copies of one database
const attempts = 50;

// databaseFiles are where Miniflare keeps a database: the file and its write-ahead log. The name is that of workerd's
// Durable Object, which is derived from Miniflare's key of the class and the database's id.
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

  // take copies the database as it is, and returns a bookmark: sortable by time, in D1's format.
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

  // list gives a database's bookmarks, the oldest first.
  list(uuid) {
    const dir = join(this.#dir, uuid);
    return existsSync(dir)
      ? readdirSync(dir)
          .filter((name) => name !== "new")
          .sort()
      : [];
  }

  // at finds the bookmark of a time in ms: the latest that is not after it.
  at(uuid, time) {
    return this.list(uuid).findLast((bookmark) => bookmarkTime(bookmark) <= time);
  }

  // unchanged tells whether the database is still as it was at that time in ms.
  unchanged(uuid, time) {
    const written = this.#files(uuid)
      .slice(0, 2)
      .map((file) => statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0);
    return Math.max(...written) <= time;
  }

  // restore puts the copy in the database's place. The runtime must be stopped.
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

  // The file and its log belong together. Neither has changed between two looks that agree, so what was copied in between
  // is one moment's state.
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
