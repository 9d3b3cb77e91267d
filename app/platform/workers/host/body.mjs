// A body that the host holds for Go: a request's, a fetched response's, an object's, or one that Go writes.

export class Body {
  // length is the length of the body in bytes, or -1 if it is unknown.
  constructor(stream, length = -1) {
    this.stream = stream;
    this.left = length; // bytes still to be read, in held and in the stream
    this.held = undefined; // bytes that were peeked at
    this.ended = false;
    this.record = undefined; // the bytes that were read, if rewind may need them
  }

  // of returns a body with the given bytes.
  static of(bytes) {
    const body = new Body(undefined, bytes.length);
    body.held = bytes.length > 0 ? bytes : undefined;
    body.ended = true;
    return body;
  }

  // remember records what is read from now on, at most this many bytes, for rewind.
  remember(most) {
    this.record = { most, pieces: [], length: 0, whole: true };
    return this;
  }

  // seen returns what was read, as far as it was recorded.
  get seen() {
    return joined(...(this.record?.pieces ?? []));
  }

  // rewind goes back to the beginning. It returns false if more was read than was recorded.
  rewind() {
    if (!this.record?.whole) return false;
    const bytes = this.seen;
    if (this.left >= 0) this.left += bytes.length;
    this.held = this.held ? joined(bytes, this.held) : bytes.length > 0 ? bytes : undefined;
    this.remember(this.record.most);
    return true;
  }

  // read returns the next max bytes, or fewer if the body ends.
  async read(max) {
    const bytes = await this.next(max);
    this.note(bytes);
    return bytes;
  }

  note(bytes) {
    const { record } = this;
    if (!record?.whole || bytes.length === 0) return;
    record.whole = record.length + bytes.length <= record.most;
    const piece = record.whole ? bytes.slice() : bytes.slice(0, record.most - record.length);
    record.pieces.push(piece);
    record.length += piece.length;
  }

  async next(max) {
    const held = this.held;
    if (held) {
      this.held = held.length > max ? held.subarray(max) : undefined;
      this.taken(Math.min(held.length, max));
      if (held.length >= max || this.ended) return held.subarray(0, max);
      return joined(held, await this.pull(max - held.length, true));
    }
    return this.pull(max, true);
  }

  // peek returns the next bytes without consuming them.
  async peek(max) {
    if (!this.ended && (this.held?.length ?? 0) < max) {
      const more = await this.pull(max - (this.held?.length ?? 0), false);
      this.held = this.held ? joined(this.held, more) : more;
    }
    return this.held?.subarray(0, max) ?? new Uint8Array(0);
  }

  // over reports whether there are no more bytes to read.
  get over() {
    return this.ended && !this.held;
  }

  async pull(max, taken) {
    if (this.ended) return new Uint8Array(0);
    this.reader ??= this.stream.getReader({ mode: "byob" });
    const { value } = await this.reader.readAtLeast(max, new Uint8Array(max));
    const bytes = value ?? new Uint8Array(0);
    if (taken) this.taken(bytes.length);
    this.ended = bytes.length < max || this.left === (taken ? 0 : bytes.length + (this.held?.length ?? 0));
    return bytes;
  }

  taken(length) {
    if (this.left >= 0) this.left -= length;
  }

  // whole returns the unread rest as one stream: the native one if nothing was peeked at.
  whole() {
    this.free();
    if (!this.held && !this.ended) return this.stream;
    const { readable, writable } = this.left >= 0 ? new FixedLengthStream(this.left) : new IdentityTransformStream();
    this.pipeTo(writable).catch(() => {}); // the reader of the other end gets the error
    return readable;
  }

  // pipeTo writes the unread rest, and closes the writable.
  async pipeTo(writable) {
    this.free();
    if (this.held || this.ended) {
      const writer = writable.getWriter();
      if (this.held) await writer.write(this.held);
      if (this.ended) return writer.close();
      writer.releaseLock();
    }
    return this.stream.pipeTo(writable);
  }

  async cancel(reason) {
    this.held = undefined;
    if (this.ended) return;
    this.ended = true;
    await (this.reader ?? this.stream).cancel(reason);
  }

  free() {
    this.reader?.releaseLock();
    this.reader = undefined;
  }
}

export function joined(...pieces) {
  if (pieces.length === 1) return pieces[0];
  const all = new Uint8Array(pieces.reduce((length, piece) => length + piece.length, 0));
  let at = 0;
  for (const piece of pieces) {
    all.set(piece, at);
    at += piece.length;
  }
  return all;
}
