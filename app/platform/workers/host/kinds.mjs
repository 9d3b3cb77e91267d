// Numbers that Go (kind.go) and JavaScript agree on.

export const kind = {
  abort: 0,
  respond: 1,
  write: 2,
  done: 3,
  log: 4,
  query: 5,
  objectGet: 6,
  objectPut: 7,
  objectDelete: 8,
  fetch: 9,
  bodyRead: 10,
  bodyPeek: 11,
  bodyCancel: 12,
  pipeWrite: 13,
  pipeEnd: 14,
  scrypt: 15,
  note: 16,
  kept: 17,
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
