// Passwords in better-auth's format, by node:crypto's scrypt, as the service before had them: better-auth's own, in JavaScript,
// takes twice the time.
import { randomBytes, scrypt, timingSafeEqual } from "node:crypto";

const cost = { N: 16384, r: 16, p: 1, maxmem: 2 ** 26 };

const derive = (password: string, salt: string) =>
  new Promise<Buffer>((resolve, reject) =>
    scrypt(password.normalize("NFKC"), salt, 64, cost, (error, key) => (error ? reject(error) : resolve(key))),
  );

export async function hash(password: string) {
  const salt = randomBytes(16).toString("hex");
  return `${salt}:${(await derive(password, salt)).toString("hex")}`;
}

export async function verify({ hash: stored, password }: { hash: string; password: string }) {
  const [salt, key] = stored.split(":");
  return timingSafeEqual(await derive(password, salt), Buffer.from(key, "hex"));
}
