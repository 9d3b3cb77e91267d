package migrate_test

// longPair inserts two texts of 900,000 bytes. workerd's printf() ends at 100,000.
const longPair = "INSERT INTO pair VALUES ('p', hex(zeroblob(450000)), replace(hex(zeroblob(450000)), '0', 'y'))"

// What is put together from texts may be more than a row takes, although each was accepted.
var tooLong = map[string]kind{
	"a rebuild without a key": {
		base: []string{"CREATE TABLE pair (id text, a text, b text)"}, rows: []string{longPair, longPair}, file: pairRebuild("id text, a text, b text, c text", "INSERT INTO n (rowid, id, a, b) SELECT rowid, id, a, b FROM pair"),
		plan: []string{"rebuild"}, after: map[string][]string{"SELECT quote(length(a)) FROM pair": {"900000", "900000"}},
	},
	"an index on joined texts":             {base: []string{pairTable}, file: "CREATE INDEX i ON pair (a || b)", refused: "it is destructive, with + index i"},
	"an index on a joined text and more":   {base: []string{pairTable}, file: "CREATE INDEX i ON pair ('x' || lower(a))", refused: "it is destructive, with + index i"},
	"an index with a text twice":           {base: []string{pairTable}, file: "CREATE INDEX i ON pair (lower(a), upper(a), b)", refused: "it is destructive, with + index i"},
	"an index with each text once":         {base: []string{pairTable}, rows: []string{longPair}, file: "CREATE INDEX i ON pair (lower(a), trim(b), substr(a, 1, 9), length(b) || typeof(a))", plan: []string{"additive"}},
	"a trigger that joins texts":           {base: []string{pairTable}, file: "CREATE TABLE log (a text);\nCREATE TRIGGER t AFTER INSERT ON pair BEGIN INSERT INTO log VALUES (new.a || new.b); END;", refused: "+ trigger t (on pair)"},
	"a trigger that keeps old and new":     {base: []string{pairTable}, file: "CREATE TABLE log (a text, b text);\nCREATE TRIGGER t AFTER UPDATE ON pair BEGIN INSERT INTO log VALUES (old.a, new.a); END;", refused: "+ trigger t (on pair)"},
	"a trigger that keeps each once":       {base: []string{pairTable}, rows: []string{longPair}, file: "CREATE TABLE log (a text, b text, at text);\nCREATE TRIGGER t AFTER UPDATE ON pair BEGIN INSERT INTO log VALUES (old.a, new.b, length(old.a) || ' at ' || datetime('now')); END;", plan: []string{"additive"}},
	"a CHECK of joined texts":              {base: []string{pairTable}, file: "ALTER TABLE pair ADD COLUMN c text CHECK (a || b || c <> '')", refused: "it is destructive, with + constraint of pair"},
	"a stored copy of a text":              {base: []string{pairTable}, file: pairRebuild("id text PRIMARY KEY, a text, b text, c text AS (lower(a)) STORED", "INSERT INTO n (id, a, b) SELECT id, a, b FROM pair"), refused: "+ column pair.c (text generated 3: with what it is computed from it may be more than a row takes)"},
	"a stored length of a text":            {base: []string{pairTable}, rows: []string{longPair}, file: pairRebuild("id text PRIMARY KEY, a text, b text, c integer AS (length(a)) STORED", "INSERT INTO n (id, a, b) SELECT id, a, b FROM pair"), plan: []string{"rebuild"}},
	"a trigger that draws an id, in parts": {base: []string{pairTable}, file: "CREATE TABLE log (a text);\nCREATE TRIGGER t AFTER INSERT ON pair BEGIN INSERT INTO log VALUES (lower(hex(randomblob(4)) || '-' || hex(randomblob(2)))); END;", plan: []string{"additive"}},
	"an index of NULLs first":              {base: []string{pairTable}, rows: []string{longPair}, file: "CREATE INDEX i ON pair (iif(a IS NULL, 0, 1), a)", plan: []string{"additive"}},
	"an index on joined texts, over rows":  {base: []string{pairTable}, rows: []string{longPair}, file: "CREATE INDEX i ON pair (a || a || b)", allow: true, refused: "is failing: string or blob too big: on a row of pair, for the index i"},
	"an index with a text twice, over rows": {
		base: []string{pairTable}, rows: []string{longPair}, file: "CREATE INDEX i ON pair (lower(a), upper(a), b)", allow: true, refused: "is failing: 1 row of pair too long for the index i, as with id = 'p'",
	},
}
