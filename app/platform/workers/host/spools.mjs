// Large values that Go stores outside its own memory, as lists of pieces. Each has a number.

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

  // read copies bytes from the offset on into place, and returns their number.
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

// find returns the index of the last piece that begins at or before the offset.
function find(pieces, offset) {
  let [low, high] = [0, pieces.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (pieces[middle].from <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}
