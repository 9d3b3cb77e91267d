// Writes MP4 files of one H.264 track: ISO/IEC 14496-12 and 14496-15.

const u16 = (...values) => {
  const bytes = Buffer.alloc(2 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt16BE(value, 2 * index);
  return bytes;
};

const u32 = (...values) => {
  const bytes = Buffer.alloc(4 * values.length);
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, 4 * index);
  return bytes;
};

const zeros = (count) => Buffer.alloc(count);

function box(type, ...parts) {
  const content = Buffer.concat(parts);
  return Buffer.concat([u32(content.length + 8), Buffer.from(type), content]);
}

// full returns a box with version 0 and flags.
const full = (type, flags, ...parts) => box(type, u32(flags), ...parts);

const matrix = u32(0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000);

// mp4 returns a file. samples are the frames in order: {unit, whole}, where one that is whole can be sought.
export function mp4({ width, height, rate, sequence, picture, samples }) {
  const kind = box("ftyp", Buffer.from("isom"), u32(0x200), Buffer.from("isomiso2avc1mp41"));
  const frames = samples.map(({ unit }) => Buffer.concat([u32(unit.length), unit]));
  const index = (offset) => movie({ width, height, rate, sequence, picture, samples, frames, offset });
  const before = kind.length + index(0).length + 8;
  return Buffer.concat([kind, index(before), box("mdat", ...frames)]);
}

function movie({ width, height, rate, sequence, picture, samples, frames, offset }) {
  const length = samples.length; // in units of a frame
  const avcC = box(
    "avcC",
    Buffer.of(1, sequence[1], sequence[2], sequence[3], 0xff, 0xe1),
    u16(sequence.length),
    sequence,
    Buffer.of(1),
    u16(picture.length),
    picture,
  );
  const entry = box(
    "avc1",
    zeros(6),
    u16(1),
    zeros(16),
    u16(width, height),
    u32(0x480000, 0x480000, 0),
    u16(1),
    zeros(32),
    u16(0x18, 0xffff),
    avcC,
  );
  const whole = samples.flatMap((sample, number) => (sample.whole ? [number + 1] : []));
  const table = box(
    "stbl",
    full("stsd", 0, u32(1), entry),
    full("stts", 0, u32(1, length, 1)),
    full("stss", 0, u32(whole.length, ...whole)),
    full("stsc", 0, u32(1, 1, length, 1)),
    full("stsz", 0, u32(0, length, ...frames.map((frame) => frame.length))),
    full("stco", 0, u32(1, offset)),
  );
  const data = box("dinf", full("dref", 0, u32(1), full("url ", 1)));
  const media = box(
    "mdia",
    full("mdhd", 0, u32(0, 0, rate, length), u16(0x55c4, 0)),
    full("hdlr", 0, u32(0), Buffer.from("vide"), zeros(12), Buffer.from("sandbox\0")),
    box("minf", full("vmhd", 1, zeros(8)), data, table),
  );
  const track = full("tkhd", 3, u32(0, 0, 1, 0, length, 0, 0, 0, 0), matrix, u32(width << 16, height << 16));
  const head = full("mvhd", 0, u32(0, 0, rate, length, 0x10000), u16(0x100), zeros(10), matrix, zeros(24), u32(2));
  return box("moov", head, box("trak", track, media));
}
