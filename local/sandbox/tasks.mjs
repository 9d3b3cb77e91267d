// DashScope's asynchronous tasks, as far as a client can see them.
// https://www.alibabacloud.com/help/en/model-studio/manage-asynchronous-tasks
import { randomUUID } from "node:crypto";

const lifetime = 24 * 3600 * 1000;

// Tasks runs work in the background, and keeps its outcome for a day.
export class Tasks {
  #tasks = new Map();

  // start begins work(), which returns {output, usage} of a success, or throws {code, message}. A lost task is not kept.
  start(work, { lost }) {
    this.#sweep();
    const task = { id: randomUUID(), begun: Date.now(), polls: 0, outcome: undefined, cancelled: false };
    if (!lost) this.#tasks.set(task.id, task);
    work().then(
      (success) => {
        task.outcome = { status: "SUCCEEDED", ...success };
      },
      (error) => {
        task.outcome = { status: "FAILED", output: { code: error.code ?? "InternalError", message: error.message } };
      },
    );
    return { task_id: task.id, task_status: "PENDING" };
  }

  // find returns {output, usage}; a task that is not known has the status UNKNOWN, as one that is too old.
  find(id) {
    const task = this.#tasks.get(id);
    if (!task) return { output: { task_id: id, task_status: "UNKNOWN" } };
    task.polls++;
    const status = statusOf(task);
    const ended = status === "SUCCEEDED" || status === "FAILED";
    return {
      output: { task_id: id, task_status: status, ...(ended && task.outcome.output) },
      ...(ended && task.outcome.usage && { usage: task.outcome.usage }),
    };
  }

  // cancel ends a task that has not begun, and reports whether it could.
  cancel(id) {
    const task = this.#tasks.get(id);
    if (!task || statusOf(task) !== "PENDING") return false;
    task.cancelled = true;
    return true;
  }

  #sweep() {
    for (const [id, { begun }] of this.#tasks) if (Date.now() - begun > lifetime) this.#tasks.delete(id);
  }
}

// statusOf goes by how often the task was asked for, so that a client sees every status: first PENDING, then RUNNING.
function statusOf({ polls, outcome, cancelled }) {
  if (cancelled) return "CANCELED";
  if (polls < 2) return "PENDING";
  return polls === 2 || !outcome ? "RUNNING" : outcome.status;
}
