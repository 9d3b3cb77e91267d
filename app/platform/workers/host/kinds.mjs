// Constants that Go (kind.go) and JavaScript share.

export const kind = {
  abort: 0,
  respond: 1,
  done: 2,
  log: 3,
  query: 4,
  objectGet: 5,
  objectPut: 6,
  objectDelete: 7,
  fetch: 8,
  bodyRead: 9,
  bodyPeek: 10,
  bodyCancel: 11,
  pipeWrite: 12,
  pipeEnd: 13,
  scrypt: 14,
  note: 15,
  kept: 16,
};

export const status = { ok: 0, end: 1, refused: 2, notFound: 3, tooLarge: 4, failed: 5, ended: 6 };

export const start = { request: 0, scheduled: 1, recover: 2 };

export const body = { none: 0, inline: 1, handle: 2, pipe: 3 };

export const value = { null: 0, number: 1, text: 2, blob: 3 };

// Failure is an answer other than success.
export class Failure extends Error {
  constructor(code, message = "") {
    super(message);
    this.code = code;
  }
}
