// The API as a browser sees it: the Worker in Miniflare, or the native server, with stand-ins for Google and GitHub, and a fetch
// that keeps cookies. CONTRACT_WORKER names another bundle than dist/worker.mjs, CONTRACT_NATIVE a
// native server to test in place of the Worker.

import path from "node:path";
import { migrate } from "../../local/localtest/migrations.mjs";
import { answer } from "../../local/localtest/signin.mjs";
import { nativeTarget, workerTarget } from "../targets.mjs";

export const apiURL = "http://localhost:8787";
export const frontend = "http://localhost:5173";
const root = path.resolve(import.meta.dirname, "../..");

const bindings = {
  BETTER_AUTH_SECRET: "client-test-secret-0123456789abcdefABCDEF",
  BETTER_AUTH_URL: apiURL,
  BETTER_AUTH_TRUSTED_ORIGINS: frontend,
  GOOGLE_CLIENT_ID: "google-id",
  GOOGLE_CLIENT_SECRET: "google-secret",
  GITHUB_CLIENT_ID: "github-id",
  GITHUB_CLIENT_SECRET: "github-secret",
};

// start serves the API on an empty database. The caller stops it.
export async function start() {
  const target = process.env.CONTRACT_NATIVE
    ? await nativeTarget({ binary: process.env.CONTRACT_NATIVE, bindings, answer })
    : await workerTarget({
        worker: process.env.CONTRACT_WORKER ?? path.join(root, "dist/worker.mjs"),
        bindings,
        answer,
      });
  await migrate((statement) => target.sql(statement));
  return target;
}

// Browser is a browser on the frontend's page: it keeps cookies and sends its origin. Each has its own client
// address, as if Cloudflare had set it, because sign-in is limited by address.
export class Browser {
  static #count = 0;
  #target;
  #address = `198.51.100.${++Browser.#count}`;
  cookies = new Map();

  constructor(target) {
    this.#target = target;
  }

  // fetch replaces the global fetch for the client. It does not follow redirects.
  fetch = async (url, init = {}) => {
    const { pathname, search } = new URL(url);
    const headers = new Headers(init.headers);
    headers.set("origin", frontend);
    headers.set("cf-connecting-ip", this.#address);
    if (this.cookies.size) headers.set("cookie", [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; "));
    const response = await fetch(new URL(pathname + search, this.#target.base), { ...init, headers, redirect: "manual" });
    for (const line of response.headers.getSetCookie()) this.#keep(line);
    return response;
  };

  #keep(line) {
    const [pair, ...attributes] = line.split("; ");
    const [name] = pair.split("=", 1);
    if (attributes.includes("Max-Age=0")) this.cookies.delete(name);
    else this.cookies.set(name, pair.slice(name.length + 1));
  }

  // consent does what a provider's page does once its user agrees: it sends the browser back with a code.
  async consent(authorizeUrl, code) {
    const { searchParams } = new URL(authorizeUrl);
    const back = new URL(searchParams.get("redirect_uri"));
    back.search = new URLSearchParams({ code, state: searchParams.get("state") });
    const response = await this.fetch(back);
    return response.headers.get("location");
  }
}
