// Splits SQL text into statements, as D1's API does. Strings, quoted names, comments and the bodies of triggers stay whole.

const tokenPattern = new RegExp(
  [
    String.raw`--[^\n]*`, // comment to the end of the line
    String.raw`/\*[\s\S]*?(?:\*/|$)`, // comment
    "'(?:[^']|'')*'?", // string
    '"(?:[^"]|"")*"?', // name
    "`(?:[^`]|``)*`?",
    String.raw`\[[^\]]*\]?`,
    String.raw`[A-Za-z_][\w$]*`, // word
    String.raw`\s+`,
    String.raw`[\s\S]`,
  ].join("|"),
  "g",
);

const blank = (token) => /^(?:\s|--|\/\*)/.test(token);

// splitStatements returns the statements without their semicolons, and without empty ones.
export function splitStatements(sql) {
  const statements = [];
  let text = "";
  let words = []; // the statement's first words, in upper case: enough to recognize a trigger
  let empty = true;
  let depth = 0; // of BEGIN and CASE inside a trigger

  const finish = () => {
    if (!empty) statements.push(text.trim());
    [text, words, empty, depth] = ["", [], true, 0];
  };

  for (const [token] of sql.matchAll(tokenPattern)) {
    if (token === ";" && depth === 0) {
      finish();
      continue;
    }
    text += token;
    if (blank(token)) continue;
    empty = false;
    const word = token.toUpperCase();
    if (words.length < 3) words.push(word);
    if (isTrigger(words)) depth += step(word);
  }
  finish();
  return statements;
}

function isTrigger([first, second, third]) {
  return first === "CREATE" && (second === "TRIGGER" || (/^TEMP(ORARY)?$/.test(second) && third === "TRIGGER"));
}

function step(word) {
  if (word === "BEGIN" || word === "CASE") return 1;
  return word === "END" ? -1 : 0;
}
