package migrate

import (
	"fmt"
	"slices"

	"github.com/addreams/addreams/app/d1/d1sql"
	"github.com/addreams/addreams/app/migrate/catalog"
	"github.com/addreams/addreams/app/migrate/script"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// checkHistory refuses files that contradict the ledger.
func checkHistory(files []script.File, inspected inspection) []Refusal {
	var refusals []Refusal
	last := "" // the applied file that sorts last
	for _, name := range inspected.order {
		record := inspected.records[name]
		last = max(last, name)
		i := slices.IndexFunc(files, func(file script.File) bool { return file.Name == name })
		switch {
		case i < 0:
			refusals = append(refusals, missingOrRenamed(record, files, inspected))
		case record.Digest != "" && record.Digest != files[i].Digest:
			refusals = append(refusals, Refusal{
				Kind: KindEdited, File: name,
				What: fmt.Sprintf("it was applied on %s with SHA-256 %.12s, and the file now has %.12s",
					record.At, record.Digest, files[i].Digest),
				Advice: "Restore the file as it was, and put the change in a new file.",
			})
		}
	}
	for _, file := range files {
		if _, applied := inspected.records[file.Name]; !applied && file.Name < last && !isRenamed(file, files, inspected) {
			refusals = append(refusals, Refusal{
				Kind: KindOutOfOrder, File: file.Name,
				What:   "it is pending, and " + last + " after it has been applied",
				Advice: "Give it a number after " + last + ".",
			})
		}
	}

	return refusals
}

// missingOrRenamed returns the refusal for an applied file that is missing or has another name now.
func missingOrRenamed(record Record, files []script.File, inspected inspection) Refusal {
	for _, file := range files {
		if _, applied := inspected.records[file.Name]; !applied && file.Digest == record.Digest {
			return Refusal{
				Kind: KindRenamed, File: file.Name,
				What:   "it was applied on " + record.At + " as " + record.Name,
				Advice: "Give it that name again.",
			}
		}
	}
	return Refusal{
		Kind: KindMissing, File: record.Name,
		What:   "it was applied on " + record.At + ", and there is no such file here",
		Advice: "Deploy from a commit that has it: this one is older than the database, or the file was deleted.",
	}
}

// isRenamed reports whether a pending file is an applied one under another name.
func isRenamed(file script.File, files []script.File, inspected inspection) bool {
	for _, record := range inspected.records {
		there := slices.ContainsFunc(files, func(f script.File) bool { return f.Name == record.Name })
		if record.Digest == file.Digest && !there {
			return true
		}
	}
	return false
}

var ownTables = []string{catalog.WranglerTable, catalog.LedgerTable, guardTable}

// checkStatements refuses a file that is not SQL text, statements that D1 refuses, and statements that touch the
// ledger.
func checkStatements(file script.File) []Refusal {
	if flaw := file.Flaw; flaw != nil {
		return []Refusal{{KindInvalid, file.Name, flaw.Line, flaw.What, flaw.Advice}}
	}

	var refusals []Refusal
	for _, statement := range file.Statements {
		for _, problem := range d1sql.Check(statement) {
			refusals = append(refusals, Refusal{KindInvalid, file.Name, problem.Line, problem.What, problem.Advice})
		}
		for _, token := range statement.Tokens {
			if named := sqltext.Fold(token.Name()); token.Kind != d1sql.Text && slices.Contains(ownTables, named) {
				refusals = append(refusals, Refusal{
					KindInvalid, file.Name, statement.Line,
					"it touches " + named + ", which keeps what was applied", "Remove the statement: the ledger is written with the file.",
				})
				break
			}
		}
	}

	return refusals
}
