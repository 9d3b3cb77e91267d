package sqlite

// functions are those that D1 allows a statement to call: ALLOWED_SQLITE_FUNCTIONS of workerd's src/workerd/util/sqlite.c++.
// A function that only a newer SQLite has is not among them.
var functions = set(
	// https://www.sqlite.org/lang_corefunc.html
	"abs", "changes", "char", "coalesce", "concat", "concat_ws", "format", "glob", "hex", "ifnull", "iif",
	"instr", "last_insert_rowid", "length", "like", "likelihood", "likely", "load_extension", "lower", "ltrim",
	"max_scalar", "min_scalar", "nullif", "octet_length", "printf", "quote", "random", "randomblob", "replace",
	"round", "rtrim", "sign", "substr", "substring", "total_changes", "trim", "typeof", "unhex",
	"unicode", "unlikely", "upper", "zeroblob",
	// https://www.sqlite.org/lang_datefunc.html
	"date", "time", "datetime", "julianday", "unixepoch", "strftime", "timediff", "current_date", "current_time",
	"current_timestamp",
	// https://www.sqlite.org/lang_aggfunc.html
	"avg", "count", "group_concat", "max", "min", "string_agg", "sum", "total",
	// https://www.sqlite.org/windowfunctions.html#biwinfunc
	"row_number", "rank", "dense_rank", "percent_rank", "cume_dist", "ntile", "lag", "lead", "first_value",
	"last_value", "nth_value",
	// https://www.sqlite.org/lang_mathfunc.html
	"acos", "acosh", "asin", "asinh", "atan", "atan2", "atanh", "ceil", "cos", "cosh", "degrees", "exp", "floor",
	"ln", "log", "log2", "mod", "pi", "pow", "radians", "sin", "sinh", "sqrt", "tan", "tanh", "trunc",
	// https://www.sqlite.org/json1.html
	"json", "jsonb", "json_array", "jsonb_array", "json_array_length", "json_extract", "jsonb_extract", "->",
	"->>", "json_insert", "jsonb_insert", "json_object", "jsonb_object", "json_patch", "jsonb_patch",
	"json_remove", "jsonb_remove", "json_replace", "jsonb_replace", "json_set", "jsonb_set", "json_type",
	"json_valid", "json_quote", "json_group_array", "jsonb_group_array", "json_group_object",
	"jsonb_group_object", "json_each", "json_tree",
	// https://www.sqlite.org/fts5.html
	"match", "highlight", "bm25", "snippet",
	// https://www.sqlite.org/lang_altertable.html
	"sqlite_rename_column", "sqlite_rename_table", "sqlite_rename_test", "sqlite_drop_column",
	"sqlite_rename_quotefix",
)

// modules are those whose virtual tables D1 allows a statement to create.
var modules = set("fts5", "fts5vocab")

func set(names ...string) map[string]bool {
	members := make(map[string]bool, len(names))
	for _, name := range names {
		members[name] = true
	}
	return members
}
