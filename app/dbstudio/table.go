package dbstudio

import "strings"

// table is a table, view or virtual table.
type table struct {
	Name       string      `json:"name"`
	Kind       string      `json:"kind"` // "table", "view", "virtual" or "shadow", as pragma table_list has it
	SQL        string      `json:"sql"`
	Columns    []*column   `json:"columns"`
	References []reference `json:"references"`
	Indexes    []*index    `json:"indexes"`
	Triggers   []trigger   `json:"triggers"`
	Internal   bool        `json:"internal"`         // kept by a tool: the ledger of migrations, a counter
	Broken     string      `json:"broken,omitempty"` // why a view can't be read
	Editable   bool        `json:"editable"`         // it has a key, and is not internal

	withoutRowid bool
}

type column struct {
	Name      string  `json:"name"`
	Type      string  `json:"type"`
	NotNull   bool    `json:"notNull"`
	Default   *string `json:"default"`
	Key       int     `json:"key"` // position in the primary key, from 1; 0 if it is not part of it
	Generated bool    `json:"generated"`
	Kind      Kind    `json:"kind"`
	Secret    bool    `json:"secret"`
	Indexed   bool    `json:"indexed"` // an index starts with it, so that sorting by it is fast

	hidden int // as in pragma_table_xinfo: 1 of a virtual table, 2 and 3 generated
}

// reference is a foreign key, or a column whose name suggests one.
type reference struct {
	Columns  []string `json:"columns"`
	Table    string   `json:"table"`
	To       []string `json:"to"`
	OnUpdate string   `json:"onUpdate,omitempty"`
	OnDelete string   `json:"onDelete,omitempty"`
	Implied  bool     `json:"implied"`

	id int64
}

type index struct {
	Name    string   `json:"name"`
	Unique  bool     `json:"unique"`
	Origin  string   `json:"origin"` // "c" of CREATE INDEX, "u" of UNIQUE, "pk" of PRIMARY KEY
	Partial bool     `json:"partial"`
	Columns []string `json:"columns"` // "" for an expression
	SQL     string   `json:"sql,omitempty"`
}

type trigger struct {
	Name string `json:"name"`
	SQL  string `json:"sql"`
}

func newTable(name, kind string, withoutRowid bool) *table {
	lower := strings.ToLower(name)
	return &table{
		Name: name, Kind: kind, withoutRowid: withoutRowid,
		Internal: strings.HasPrefix(lower, "sqlite_") || lower == "d1_migrations" || strings.HasPrefix(lower, "addreams_migration"),
		Columns:  []*column{}, References: []reference{}, Indexes: []*index{}, Triggers: []trigger{},
	}
}

// destinations returns where a row of columnList is read to.
func (c *column) destinations() []any {
	return []any{&c.Name, &c.Type, &c.NotNull, &c.Default, &c.Key, &c.hidden}
}

func (t *table) addColumn(c column) {
	c.Generated = c.hidden > 1 // 1 marks an argument of a virtual table
	t.Columns = append(t.Columns, &c)
}
