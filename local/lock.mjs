// One local cloud per data directory. The lock is a listening socket, so a process that was killed does not keep it.
import { createHash } from "node:crypto";
import { mkdirSync, realpathSync, rmSync } from "node:fs";
import { connect, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

// lock locks the directory and returns a function that unlocks it. The socket's path is a hash, since its length is limited.
export async function lock(dir) {
  mkdirSync(dir, { recursive: true, mode: 0o700 });
  const name = createHash("sha256").update(realpathSync(dir)).digest("hex").slice(0, 24);
  const path = join(tmpdir(), `addreams-${name}.sock`);
  if (await alive(path)) throw new Error(`A local Cloudflare is already running on ${dir}. Stop it first.`);
  rmSync(path, { force: true });

  const server = createServer((socket) => socket.destroy());
  await new Promise((resolve, reject) => server.once("error", reject).listen(path, resolve));
  return () => new Promise((resolve) => server.close(resolve));
}

function alive(path) {
  return new Promise((resolve) => {
    const socket = connect(path);
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("close", () => socket.destroy());
  });
}
