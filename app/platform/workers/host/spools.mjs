// Large values that Go keeps out of its memory: a list of pieces under a number.

export class Spools {
  constructor() {
    this.pieces = new Map();
  }

  write(spool, bytes) {
    const pieces = this.pieces.get(spool);
    if (!pieces) {
      this.pieces.set(spool, [{ from: 0, bytes }]);
      return;
    }
    const last = pieces.at(-1);
    pieces.push({ from: last.from + last.bytes.length, bytes });
  }

  // read fills place from the offset on, and returns how many bytes there were.
  read(spool, offset, place) {
    const pieces = this.pieces.get(spool);
    let copied = 0;
    for (let index = find(pieces, offset); index < pieces.length && copied < place.length; index++) {
      const { from, bytes } = pieces[index];
      const piece = bytes.subarray(offset + copied - from, offset + place.length - from);
      place.set(piece, copied);
      copied += piece.length;
    }
    return copied;
  }

  free(spool) {
    this.pieces.delete(spool);
  }
}

// find returns the last piece that begins at the offset or before.
function find(pieces, offset) {
  let [low, high] = [0, pieces.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (pieces[middle].from <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
