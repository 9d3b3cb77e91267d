import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { SQLite, sql } from "@codemirror/lang-sql";
import { bracketMatching, HighlightStyle, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { EditorState } from "@codemirror/state";
import { drawSelection, EditorView, keymap, lineNumbers, placeholder } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { state } from "./state.js";

const colours = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--keyword)", fontWeight: "600" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--string)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--number)" },
  { tag: tags.comment, color: "var(--faint)", fontStyle: "italic" },
  { tag: [tags.typeName, tags.standard(tags.name)], color: "var(--name)" },
]);

const look = EditorView.theme({
  "&": { height: "100%", fontSize: "13px", backgroundColor: "var(--surface)", color: "var(--text)" },
  "&.cm-focused": { outline: "none" },
  ".cm-content": { fontFamily: "var(--mono)", caretColor: "var(--text)", padding: "8px 0" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  ".cm-gutters": { backgroundColor: "var(--surface)", color: "var(--faint)", border: "none" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    background: "var(--selection)",
  },
  ".cm-tooltip": { backgroundColor: "var(--raised)", border: "1px solid var(--line)", color: "var(--text)" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--accent)", color: "var(--on-accent)" },
});

/** The names that are completed: of tables, and of their columns behind a table's name or alias. */
function names() {
  return Object.fromEntries(state.tables.map((table) => [table.name, table.columns.map((column) => column.name)]));
}

/** An editor for SQL. run() is called on Ctrl+Enter, explain() on Ctrl+Shift+Enter. */
export function sqlEditor(parent, text, { run, explain, changed }) {
  const command = (action) => () => {
    action();
    return true;
  };
  const keys = [
    { key: "Mod-Enter", run: command(run) },
    { key: "Mod-Shift-Enter", run: command(explain) },
    ...closeBracketsKeymap,
    ...completionKeymap,
    ...historyKeymap,
    ...defaultKeymap,
  ];
  const nonce = document.querySelector("meta[name=style-nonce]").content;

  return new EditorView({
    parent,
    state: EditorState.create({
      doc: text,
      extensions: [
        EditorView.cspNonce.of(nonce),
        EditorView.contentAttributes.of({ "aria-label": "SQL" }),
        EditorView.lineWrapping,
        EditorView.updateListener.of((update) => update.docChanged && changed(update.state.doc.toString())),
        lineNumbers(),
        history(),
        drawSelection(),
        indentOnInput(),
        bracketMatching(),
        closeBrackets(),
        autocompletion({ icons: false }),
        placeholder("SELECT … — Ctrl+Enter runs it, Ctrl+Shift+Enter shows its plan"),
        sql({ dialect: SQLite, schema: names(), upperCaseKeywords: true }),
        syntaxHighlighting(colours),
        keymap.of(keys),
        look,
      ],
    }),
  });
}

/** What is selected, or all of it. */
export function chosenText(editor) {
  const { from, to } = editor.state.selection.main;
  return from === to ? editor.state.doc.toString() : editor.state.sliceDoc(from, to);
}

export function setText(editor, text) {
  editor.dispatch({ changes: { from: 0, to: editor.state.doc.length, insert: text } });
  editor.focus();
}
