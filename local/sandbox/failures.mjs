// The ways in which the sandbox can be told to fail: those of app/provider/qwen/failure.go, and what is worse than an answer.
// https://www.alibabacloud.com/help/en/model-studio/error-code
const said = (status, message) => ({ status, message });

// ways are the refusals, by the provider's code.
const ways = {
  DataInspectionFailed: said(400, "Input data may contain inappropriate content."),
  IPInfringementSuspect: said(400, "Input data is suspected of being involved in IP infringement."),
  InvalidParameter: said(400, "The sandbox does not like a parameter."),
  "InvalidParameter.DataInspection": said(400, "Unable to download the media resource during the data inspection process."),
  "InvalidImage.FileFormat": said(400, "The image format is illegal and cannot be opened."),
  "InvalidURL.ConnectionRefused": said(400, "Connection refused."),
  InvalidApiKey: said(401, "Invalid API-key provided."),
  Arrearage: said(400, "Access denied, please make sure your account is in good standing."),
  AccessDenied: said(403, "Access denied."),
  "AccessDenied.Unpurchased": said(403, "Access to the model was not purchased."),
  "Model.AccessDenied": said(403, "Model access denied."),
  "Workspace.AccessDenied": said(403, "Workspace access denied."),
  ModelNotFound: said(404, "The model does not exist."),
  ModelNotExist: said(400, "Model not exist."),
  "Throttling.RateQuota": said(429, "Requests rate limit exceeded, please try again later."),
  "Throttling.BurstRate": said(429, "Request rate increased too quickly."),
  "Throttling.AllocationQuota": said(429, "Allocated quota exceeded, please increase your quota limit."),
  Throttling: said(429, "Requests throttling triggered."),
  InternalError: said(500, "An internal error has occured."),
  ServiceUnavailable: said(503, "The service is unavailable."),
  "InternalError.Algo": said(200, "A failure with status 200."),
};

// answers are what is no refusal: an answer that is no answer, or none.
const answers = {
  malformed: "an answer that is not JSON",
  empty: "a success without an image",
  lostImage: "a success whose image is not at its address",
  base64: "a success with the image itself instead of its address",
  slow: "a success after 20 seconds",
  silent: "no answer at all",
  lostTask: "a task that is not known afterwards",
};

export const kinds = [...Object.keys(ways), ...Object.keys(answers)];

// BadOrder says why the sandbox cannot be told so.
export class BadOrder extends Error {}

// Failures holds what the sandbox shall do instead of a success.
export class Failures {
  #fail = null;

  // control answers the calls of people and tests, and returns undefined for any other path.
  control({ method, path, query }) {
    if (path !== "/__provider") return undefined;
    switch (method) {
      case "GET":
        return { next: this.#fail, kinds };
      case "DELETE":
        this.#fail = null;
        return { next: null, kinds };
      case "POST":
        return { next: this.#set(query.get("fail"), query.get("times") ?? "1", query.get("in")), kinds };
      default:
        return undefined;
    }
  }

  // take returns {kind, inTask} of the next failure; both are undefined for a success.
  take() {
    if (!this.#fail) return {};
    const { kind, inTask } = this.#fail;
    if (--this.#fail.times === 0) this.#fail = null;
    return { kind, inTask };
  }

  #set(kind, times, place) {
    if (!kinds.includes(kind)) throw new BadOrder(`fail must be one of ${kinds.join(", ")}.`);
    if (!/^\d{1,6}$/.test(times) || Number(times) === 0) throw new BadOrder("times must be 1 or more.");
    if (place !== null && place !== "task") throw new BadOrder("in must be task, or be left out.");
    this.#fail = { kind, times: Number(times), inTask: place === "task" };
    return { ...this.#fail };
  }
}

// refusalOf returns {status, code, message} of a kind that is a refusal; undefined for another.
export const refusalOf = (kind) => (ways[kind] ? { code: kind, ...ways[kind] } : undefined);
