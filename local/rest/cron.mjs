// Cron expressions, as Cloudflare accepts and rejects them:
// https://developers.cloudflare.com/workers/configuration/cron-triggers/#supported-cron-expressions, and where that is silent
// its parser, https://github.com/cloudflare/saffron/blob/main/saffron/src/parse.rs. infra/config/cron.go has the same rules; both
// are tested with infra/testdata/schedules.json.

const months = ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];
const weekdays = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];

// A special form is a field's only item; most are the largest numbers of its groups, which start at 1.
const fields = [
  { min: 0, max: 59 },
  { min: 0, max: 23 },
  { min: 1, max: 31, special: /^(?:LW?|L-(\d+)W?|(\d+)W)$/, most: [30, 31] },
  { min: 1, max: 12, names: months },
  { min: 1, max: 7, names: weekdays, special: /^(?:L|(?:[1-7]|SUN|MON|TUE|WED|THU|FRI|SAT)(?:L|#(\d+)))$/, most: [5] },
];

// validCron reports whether Cloudflare accepts the expression.
export function validCron(expression) {
  if (typeof expression !== "string") return false;
  const texts = expression.split(/[ \t]+/);
  return texts.length === fields.length && fields.every((field, i) => validField(field, texts[i]));
}

function validField(field, text) {
  if (text === "*") return true;
  // A weekday's name may be in any case, but the L after it must be upper case.
  const special = field.special?.exec(field.names ? text.replace(/^[a-z]{3}(?=[L#])/i, (name) => name.toUpperCase()) : text);
  if (special) return special.slice(1).every((number, i) => number === undefined || within(number, 1, field.most[i]));
  return text.split(",").every((item, i) => validItem(field, item, i === 0));
}

// A star in a list means the smallest value. A list may start with one only if it has a step.
function validItem({ min, max, names = [] }, item, first) {
  const match = /^(\*|[0-9A-Za-z]+)(?:-([0-9A-Za-z]+))?(?:\/(\d+))?$/.exec(item);
  if (!match) return false;

  const [, from, to, step] = match;
  if (first && from === "*" && (to !== undefined || step === undefined)) return false;
  const valid = (value) => names.includes(value.toUpperCase()) || within(value, min, max);
  return (from === "*" || valid(from)) && (to === undefined || valid(to)) && (step === undefined || within(step, 1, max - min));
}

const within = (text, least, most) => /^\d+$/.test(text) && Number(text) >= least && Number(text) <= most;
