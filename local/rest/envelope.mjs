// Cloudflare's answer envelope, {result, success, errors, messages}, and the error that becomes one.

// CloudError is an error of Cloudflare's API: the HTTP status and the numeric code that the API documents.
export class CloudError extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

// Reply is an answer other than the plain 200 envelope around a result.
export class Reply {
  constructor({ status = 200, headers = {}, body = null }) {
    this.status = status;
    this.headers = headers;
    this.body = body;
  }

  static json(status, value) {
    return new Reply({
      status,
      headers: { "content-type": "application/json" },
      body: Buffer.from(JSON.stringify(value)),
    });
  }

  // result wraps a result in the envelope; info is Cloudflare's result_info, for paged lists.
  static result(result, info) {
    const paging = info ? { result_info: info } : {};
    return Reply.json(200, { result: result ?? null, success: true, errors: [], messages: [], ...paging });
  }

  static error(status, code, message) {
    return Reply.json(status, { result: null, success: false, errors: [{ code, message }], messages: [] });
  }
}

// page returns the page of a list that ?page= and ?per_page= ask for.
export function page(list, query) {
  const number = Math.max(1, Number(query.get("page")) || 1);
  const size = Math.min(1000, Math.max(1, Number(query.get("per_page")) || 100));
  const result = list.slice((number - 1) * size, number * size);
  return Reply.result(result, { page: number, per_page: size, count: result.length, total_count: list.length });
}
