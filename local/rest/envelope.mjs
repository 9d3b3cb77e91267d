// Cloudflare's answer envelope, {result, success, errors, messages}, and the error that becomes one.

// CloudError is a refusal in Cloudflare's terms: the HTTP status and the numeric code that its API documents.
export class CloudError extends Error {
  constructor(status, code, message) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

// Reply is an answer that is not the plain 200 envelope around a result.
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

  // result answers with a result; info is Cloudflare's result_info, for lists that come in pages.
  static result(result, info) {
    const paging = info ? { result_info: info } : {};
    return Reply.json(200, { result: result ?? null, success: true, errors: [], messages: [], ...paging });
  }

  static error(status, code, message) {
    return Reply.json(status, { result: null, success: false, errors: [{ code, message }], messages: [] });
  }
}

// page cuts one page out of a list, as ?page= and ?per_page= ask for it.
export function page(list, query) {
  const number = Math.max(1, Number(query.get("page")) || 1);
  const size = Math.min(1000, Math.max(1, Number(query.get("per_page")) || 100));
  const result = list.slice((number - 1) * size, number * size);
  return Reply.result(result, { page: number, per_page: size, count: result.length, total_count: list.length });
}
