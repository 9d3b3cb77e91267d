// A gauge (gauge.mjs): counts all calls of D1 and R2.
import { env } from "cloudflare:workers";

const counts = { d1: 0, r2: 0 };

function count(object, kind, methods) {
  const prototype = Object.getPrototypeOf(object);
  for (const method of methods) {
    const original = prototype[method];
    prototype[method] = function (...values) {
      counts[kind]++;
      return original.apply(this, values);
    };
  }
}

count(env.DB, "d1", ["batch", "exec"]);
count(env.DB.prepare("SELECT 1"), "d1", ["first", "all", "run", "raw"]);
count(env.GENERATIONS_BUCKET, "r2", ["get", "put", "head", "delete", "list"]);

// reading returns the totals so far.
export const reading = () => counts;
