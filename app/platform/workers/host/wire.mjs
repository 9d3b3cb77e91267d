// The encoding of values between Go and JavaScript; package wire is the other half. Numbers are little-endian; strings (UTF-8)
// and bytes are preceded by their length.

const decoder = new TextDecoder();
const encoder = new TextEncoder();

// Up to this length a loop over ASCII is faster than TextDecoder or TextEncoder.
const short = 48;

// Reader reads the payload of an operation.
export class Reader {
  constructor(bytes) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.at = 0;
  }

  get rest() {
    return this.bytes.length - this.at;
  }

  byte() {
    return this.bytes[this.at++];
  }

  count() {
    const value = this.view.getUint32(this.at, true);
    this.at += 4;
    return value;
  }

  number() {
    const value = this.view.getFloat64(this.at, true);
    this.at += 8;
    return value;
  }

  raw() {
    const length = this.count();
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }

  text() {
    const length = this.count();
    const end = this.at + length;
    const text = length <= short ? ascii(this.bytes, this.at, end) : undefined;
    this.at = end;
    return text ?? decoder.decode(this.bytes.subarray(end - length, end));
  }

  pairs() {
    return Array.from({ length: this.count() }, () => [this.text(), this.text()]);
  }
}

function ascii(bytes, from, to) {
  let text = "";
  for (let at = from; at < to; at++) {
    if (bytes[at] > 127) return undefined;
    text += String.fromCharCode(bytes[at]);
  }
  return text;
}

// Writer writes an answer, or the description of a request.
export class Writer {
  constructor() {
    this.grow(16384);
  }

  begin() {
    this.at = 0;
    return this;
  }

  get written() {
    return this.bytes.subarray(0, this.at);
  }

  byte(value) {
    this.room(1);
    this.bytes[this.at++] = value;
    return this;
  }

  count(value) {
    this.room(4);
    this.view.setUint32(this.at, value, true);
    this.at += 4;
    return this;
  }

  number(value) {
    this.room(8);
    this.view.setFloat64(this.at, value, true);
    this.at += 8;
    return this;
  }

  raw(value) {
    this.count(value.length).room(value.length);
    this.bytes.set(value, this.at);
    this.at += value.length;
    return this;
  }

  text(value) {
    this.room(4 + value.length * 3);
    const start = this.at + 4;
    const length =
      (value.length <= short && this.ascii(value, start)) || encoder.encodeInto(value, this.bytes.subarray(start)).written;
    this.view.setUint32(this.at, length, true);
    this.at = start + length;
    return this;
  }

  ascii(value, start) {
    for (let index = 0; index < value.length; index++) {
      const code = value.charCodeAt(index);
      if (code > 127) return 0;
      this.bytes[start + index] = code;
    }
    return value.length;
  }

  room(length) {
    if (this.at + length > this.bytes.length) this.grow((this.at + length) * 2);
  }

  grow(size) {
    const earlier = this.bytes;
    this.bytes = new Uint8Array(size);
    this.view = new DataView(this.bytes.buffer);
    if (earlier) this.bytes.set(earlier);
  }
}
