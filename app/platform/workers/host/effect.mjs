// The side effects of a request so far. They decide whether it may be repeated on another instance.

// none: it has only read. again: it has made writes that a GET or HEAD may repeat, because HTTP calls these methods safe. once:
// it has done what must not be repeated: deleted rows, stored or removed an object, or sent a request to another service.
export const effect = { none: 0, again: 1, once: 2 };

const select = /^\s*SELECT\b/i;
const common = /^\s*WITH\b/i;
const write = /\b(INSERT|UPDATE|DELETE|REPLACE)\b/i;
const repeatable = /^\s*(INSERT|UPDATE)\b/i;

// effectOf returns the effect of an SQL statement.
export function effectOf(sql) {
  if (select.test(sql) || (common.test(sql) && !write.test(sql))) return effect.none;
  return repeatable.test(sql) ? effect.again : effect.once;
}
