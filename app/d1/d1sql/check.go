package d1sql

import (
	"fmt"
	"strings"

	"github.com/addreams/addreams/app/d1"
)

// Problem is a reason why D1 would refuse or misread a statement of a script.
type Problem struct {
	Line   int
	What   string
	Advice string
}

// Check finds what D1 would refuse or misread in a statement of a script that is sent as one batch. It runs nothing.
func Check(s Statement) []Problem {
	var problems []Problem
	for _, rule := range rules {
		if what, advice := rule(s); what != "" {
			problems = append(problems, Problem{s.Line, what, advice})
		}
	}
	return problems
}

// rule returns a problem and advice, or "" if there is none.
type rule func(Statement) (what, advice string)

var rules = [...]rule{size, control, pragma, temporary, virtual, reserved, parameters, triggerCase, triggerNesting}

func size(s Statement) (string, string) {
	if len(s.SQL) <= d1.MaxStatement {
		return "", ""
	}
	return fmt.Sprintf("the statement has %d bytes, D1 takes at most %d", len(s.SQL), d1.MaxStatement),
		"Split it: several INSERTs instead of one with many rows."
}

func control(s Statement) (string, string) {
	switch verb := strings.ToUpper(s.Tokens[0].Text); verb {
	case "BEGIN", "COMMIT", "END", "ROLLBACK", "SAVEPOINT", "RELEASE":
		return verb + " is refused by D1", "Remove it: the file runs as one transaction already."
	case "ATTACH", "DETACH", "VACUUM":
		return verb + " is refused by D1", "Remove it."
	}
	return "", ""
}

func pragma(s Statement) (string, string) {
	if !s.Tokens[0].Is("PRAGMA") || len(s.Tokens) < 2 {
		return "", ""
	}

	name := strings.ToLower(s.Tokens[1].Name())
	if len(s.Tokens) > 3 && s.Tokens[2].Text == "." {
		name = strings.ToLower(s.Tokens[3].Name()) // after a schema: main.foreign_keys
	}
	switch name {
	case "defer_foreign_keys", "legacy_alter_table", "foreign_key_check", "optimize":
		return "", ""
	case "foreign_keys":
		return "PRAGMA foreign_keys does nothing inside D1's transaction: deletes would still cascade",
			"Remove it. To defer the check to the end of the file, use PRAGMA defer_foreign_keys = ON; cascades still run."
	case "ignore_check_constraints":
		return "PRAGMA ignore_check_constraints would switch off the check that no rows are lost", "Remove it."
	}
	if PragmaAllowed(name) {
		return "PRAGMA " + name + " has no place in a migration", "Remove it."
	}
	return "PRAGMA " + name + " is refused by D1", "Remove it."
}

func temporary(s Statement) (string, string) {
	if len(s.Tokens) > 1 && s.Tokens[0].Is("CREATE") && (s.Tokens[1].Is("TEMP") || s.Tokens[1].Is("TEMPORARY")) {
		return "temporary objects are refused by D1", "Use an ordinary table, and drop it at the end of the file."
	}
	return "", ""
}

func virtual(s Statement) (string, string) {
	if len(s.Tokens) < 2 || !s.Tokens[0].Is("CREATE") || !s.Tokens[1].Is("VIRTUAL") {
		return "", ""
	}
	for i, token := range s.Tokens[:len(s.Tokens)-1] {
		if module := s.Tokens[i+1]; token.Is("USING") && !module.Is("fts5") && !module.Is("fts5vocab") {
			return "the virtual table module " + module.Text + " is refused by D1", "Use fts5 or an ordinary table."
		}
	}
	return "", ""
}

func reserved(s Statement) (string, string) {
	for _, token := range s.Tokens {
		if token.Kind != Word && token.Kind != Quoted {
			continue
		}
		if name := strings.ToLower(token.Name()); strings.HasPrefix(name, "_cf_") {
			return name + " is Cloudflare's own", "Choose another name."
		}
	}
	return "", ""
}

func parameters(s Statement) (string, string) {
	for _, token := range s.Tokens {
		if token.Kind == Parameter {
			return "the parameter " + token.Text + " has no value in a script", "Write the value."
		}
	}
	return "", ""
}

// triggerCase and triggerNesting are about D1's own splitter, which reads every statement sent over HTTP: it looks for words in
// capitals, and takes the first END for the trigger's end.
func triggerCase(s Statement) (string, string) {
	if !isTrigger(s.Tokens) {
		return "", ""
	}
	for i, token := range s.Tokens {
		last := i == len(s.Tokens)-1
		if token.Is("BEGIN") && token.Text != "BEGIN" || last && token.Is("END") && token.Text != "END" {
			return "D1 splits a trigger whose BEGIN and END are not in capitals", "Write BEGIN and END in capitals."
		}
	}
	return "", ""
}

func triggerNesting(s Statement) (string, string) {
	if !isTrigger(s.Tokens) {
		return "", ""
	}
	for _, token := range s.Tokens {
		if token.Is("CASE") {
			return "D1 splits a trigger at the END of a CASE", "Use iif(condition, this, that) instead of CASE."
		}
	}
	return "", ""
}
