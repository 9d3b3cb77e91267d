// Encodes H.264 without compressing it: a picture is written with its samples as they are (I_PCM), and is then repeated by frames that
// skip every block. Names and section numbers are those of ITU-T H.264.

const block = 16;

// Bits writes codes that are no whole bytes.
class Bits {
  #bits = [];

  put(count, value) {
    for (let bit = count - 1; bit >= 0; bit--) this.#bits.push((value >> bit) & 1);
    return this;
  }

  // ue writes an unsigned number in Exp-Golomb code (9.1).
  ue(...values) {
    for (const value of values) {
      const length = Math.floor(Math.log2(value + 1));
      this.put(length, 0).put(length + 1, value + 1);
    }
    return this;
  }

  // align fills the last byte with zeros; end ends a payload (7.3.2.11).
  align() {
    while (this.#bits.length % 8) this.#bits.push(0);
    return this;
  }

  end() {
    return this.put(1, 1).align();
  }

  bytes() {
    const bytes = Buffer.alloc(this.#bits.length / 8);
    this.#bits.forEach((bit, index) => {
      bytes[index >> 3] |= bit << (7 - (index & 7));
    });
    return bytes;
  }
}

// unit returns a NAL unit (7.3.1). Samples are at least 16, so that only the head may need escapes.
function unit(header, head, ...rest) {
  const escaped = [];
  for (const byte of head) {
    if (byte <= 3 && escaped.at(-1) === 0 && escaped.at(-2) === 0) escaped.push(3);
    escaped.push(byte);
  }
  return Buffer.concat([Buffer.of(header), Buffer.from(escaped), ...rest]);
}

const [reference, independent] = [0x41, 0x65]; // headers of slices: of a repeating frame, and of a whole one

export class Encoder {
  // width and height are even.
  constructor(width, height) {
    this.width = width;
    this.height = height;
    this.columns = Math.ceil(width / block);
    this.rows = Math.ceil(height / block);
  }

  // sequence is the sequence parameter set (7.3.2.1.1): baseline profile, level 4, frames in the order of their display.
  get sequence() {
    const [right, bottom] = [(this.columns * block - this.width) / 2, (this.rows * block - this.height) / 2];
    const bits = new Bits().put(8, 66).put(8, 0xc0).put(8, 40).ue(0, 4, 2, 1).put(1, 0);
    bits.ue(this.columns - 1, this.rows - 1).put(2, 0b11);
    bits.put(1, 1).ue(0, right, 0, bottom).put(1, 0).end();
    return unit(0x67, bits.bytes());
  }

  // picture is the picture parameter set (7.3.2.2).
  get picture() {
    const bits = new Bits().ue(0, 0).put(2, 0).ue(0, 0, 0).put(3, 0).ue(0, 0, 0).put(3, 0b100).end();
    return unit(0x68, bits.bytes());
  }

  // whole returns a frame that needs no other: planes are {luma, blue, red} of padded size.
  whole(planes, number) {
    const head = new Bits()
      .ue(0, 7, 0)
      .put(8, 0)
      .ue(number % 2)
      .put(2, 0)
      .ue(0, 1);
    const blocks = [];
    for (let row = 0; row < this.rows; row++) {
      for (let column = 0; column < this.columns; column++) blocks.push(this.#block(planes, row, column));
    }
    // mb_type 25 is I_PCM; its samples begin at a byte.
    return unit(independent, head.ue(25).align().bytes(), ...join(blocks), Buffer.of(0x80));
  }

  // repeated returns a frame like the one before it; index counts from the last whole one.
  repeated(index) {
    const bits = new Bits()
      .ue(0, 5, 0)
      .put(8, index % 256)
      .put(3, 0)
      .ue(0, 1);
    return unit(
      reference,
      bits
        .ue(this.columns * this.rows)
        .end()
        .bytes(),
    );
  }

  #block({ luma, blue, red }, row, column) {
    const samples = Buffer.allocUnsafe(384);
    copy(samples, 0, luma, this.columns * block, row, column, block);
    copy(samples, 256, blue, this.columns * 8, row, column, 8);
    copy(samples, 320, red, this.columns * 8, row, column, 8);
    return samples;
  }
}

// copy takes one block out of a plane.
function copy(to, offset, plane, stride, row, column, side) {
  for (let line = 0; line < side; line++) {
    const from = (row * side + line) * stride + column * side;
    plane.copy(to, offset + line * side, from, from + side);
  }
}

// join puts the type of each further block between the blocks.
const join = (blocks) => blocks.flatMap((samples, index) => (index === 0 ? [samples] : [furtherBlock, samples]));

const furtherBlock = new Bits().ue(25).align().bytes();
