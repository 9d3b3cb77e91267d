// Wakes a request from the I/O context of any other request.
export class Waker {
  // wake is to run in the I/O context in which the waker is made.
  constructor(wake) {
    this.wake = wake;
    this.call = () => {}; // may be called from any context
    this.armed = false;
    this.probe = new AbortController().signal; // throws an error in any other context
  }

  // arm makes call work once. It must run in the waker's own context.
  arm() {
    if (this.armed) return;
    this.armed = true;
    new Promise((resolve) => {
      this.call = resolve;
    }).then(() => {
      this.armed = false;
      if (this.present) this.wake();
    });
  }

  // present reports whether the current context is the waker's own. What waits for a promise should run in the context that made
  // the promise, but now and then workerd runs it in the one that resolved it, where all I/O of the request would fail.
  get present() {
    try {
      return !this.probe.aborted;
    } catch {
      return false;
    }
  }
}
