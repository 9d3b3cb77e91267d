// The one workerd process, through Miniflare. A change of what runs restarts it, which takes about 0.2 s. Requests in flight
// finish first, and new ones wait, so clients notice nothing.
import { Agent } from "node:http";
import { createInterface } from "node:readline";
import { createObedientMiniflare } from "./miniflare.mjs";
import { forgetWorkerd, rememberWorkerd } from "./orphan.mjs";
import { workerName } from "./workers.mjs";

// How long requests in flight may delay a change, and a stop, in ms.
const drainLimit = 10_000;
const stopDrainLimit = 1_000;

export class Runtime {
  #describe;
  #paths;
  #log;
  #miniflare = null;
  #stale = true;
  #gate = Promise.resolve();
  #users = 0;
  #drained = () => {};

  // agent keeps connections to the current workerd alive.
  agent = new Agent({ keepAlive: true });

  // describe() returns the workers to run; paths are {d1, r2, pid}; log takes a source and a line.
  constructor({ describe, paths, log }) {
    this.#describe = describe;
    this.#paths = paths;
    this.#log = log;
  }

  // invalidate makes the next use restart workerd with a new description.
  invalidate() {
    this.#stale = true;
  }

  // use runs work(miniflare), and no change happens meanwhile.
  async use(work) {
    await this.#settled();
    this.#users++;
    try {
      return await work(this.#miniflare);
    } finally {
      if (--this.#users === 0) this.#drained();
    }
  }

  // When a wait is over, the next change or pause may already have started: then this waits again.
  async #settled() {
    let gate;
    do {
      if (this.#stale) await this.refresh();
      gate = this.#gate;
      await gate;
    } while (this.#stale || gate !== this.#gate);
  }

  // refresh brings what runs up to date with the description.
  refresh() {
    return this.#change(async () => {
      if (this.#stale) await this.#apply();
    });
  }

  // pause runs work while workerd is stopped and nothing writes to its files.
  pause(work) {
    return this.#change(async () => {
      await this.#dispose();
      return work();
    });
  }

  // stop ends workerd for good.
  stop() {
    return this.#change(() => this.#dispose(), stopDrainLimit);
  }

  // address is where a script's Worker listens.
  async address(script) {
    return this.#miniflare.unsafeGetDirectURL(workerName(script));
  }

  async #change(work, drain = drainLimit) {
    const before = this.#gate;
    let open;
    this.#gate = new Promise((resolve) => {
      open = resolve;
    });
    await before;
    try {
      await this.#drain(drain);
      return await work();
    } finally {
      open();
    }
  }

  async #drain(limit) {
    if (this.#users === 0) return;
    let timer;
    await Promise.race([
      new Promise((resolve) => {
        this.#drained = resolve;
      }),
      new Promise((resolve) => {
        timer = setTimeout(resolve, limit);
      }),
    ]);
    clearTimeout(timer);
  }

  async #apply() {
    this.agent.destroy();
    this.agent = new Agent({ keepAlive: true });

    this.#stale = false; // whatever changes from here on is not described, and makes it stale again
    const options = this.#options();
    try {
      if (this.#miniflare) {
        await this.#miniflare.setOptions(options);
      } else {
        this.#miniflare = createObedientMiniflare(options);
        await this.#miniflare.ready;
      }
    } catch (error) {
      await this.#dispose();
      throw error;
    }

    rememberWorkerd(this.#paths.pid);
  }

  async #dispose() {
    this.#stale = true;
    const old = this.#miniflare;
    this.#miniflare = null;
    // If workerd failed to start, dispose rejects with the same error, but still cleans up.
    await old?.dispose().catch(() => {});
    forgetWorkerd(this.#paths.pid);
  }

  #options() {
    return {
      d1Persist: this.#paths.d1,
      r2Persist: this.#paths.r2,
      handleRuntimeStdio: (stdout, stderr) => {
        createInterface({ input: stdout }).on("line", (line) => this.#log("worker", line));
        createInterface({ input: stderr }).on("line", (line) => this.#log("workerd", line));
      },
      workers: this.#describe(),
    };
  }
}
