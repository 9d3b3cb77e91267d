package dialect

import "strings"

// PragmaAllowed tells whether D1 lets a statement use the pragma. The list is workerd's, and wider by `optimize` and
// `data_version` than https://developers.cloudflare.com/d1/sql-api/sql-statements/#compatible-pragma-statements.
func PragmaAllowed(name string) bool {
	switch strings.ToLower(name) {
	case "case_sensitive_like", "data_version", "defer_foreign_keys", "foreign_key_check", "foreign_key_list",
		"foreign_keys", "ignore_check_constraints", "index_info", "index_list", "index_xinfo", "legacy_alter_table",
		"optimize", "quick_check", "recursive_triggers", "reverse_unordered_selects", "table_info", "table_list",
		"table_xinfo":
		return true
	}
	return false
}
