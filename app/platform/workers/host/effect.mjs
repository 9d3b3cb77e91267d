// What a request has done to the world so far, which decides whether it may be repeated on another instance.

// none has only read. again has written what a GET or HEAD may write twice: HTTP calls these methods safe. once has done
// what must not be done twice: deleted (what it found is gone), stored or removed an object, or sent something elsewhere.
export const effect = { none: 0, again: 1, once: 2 };

const select = /^\s*SELECT\b/i;
const common = /^\s*WITH\b/i;
const write = /\b(INSERT|UPDATE|DELETE|REPLACE)\b/i;
const repeatable = /^\s*(INSERT|UPDATE)\b/i;

// effectOf tells that of a statement of SQL.
export function effectOf(sql) {
  if (select.test(sql) || (common.test(sql) && !write.test(sql))) return effect.none;
  return repeatable.test(sql) ? effect.again : effect.once;
}
