package migrate

import (
	"fmt"
	"slices"

	"github.com/addreams/addreams/app/d1/d1sql"
)

// history refuses files that disagree with what the ledger says was applied.
func history(files []File, surveyed target) []Refusal {
	var refusals []Refusal
	last := "" // applied file that sorts last
	for _, name := range surveyed.order {
		record := surveyed.records[name]
		last = max(last, name)
		i := slices.IndexFunc(files, func(file File) bool { return file.Name == name })
		switch {
		case i < 0:
			refusals = append(refusals, absent(record, files, surveyed))
		case record.Digest != "" && record.Digest != files[i].Digest:
			refusals = append(refusals, Refusal{
				Kind: Edited, File: name,
				What: fmt.Sprintf("it was applied on %s with SHA-256 %.12s, and the file now has %.12s",
					record.At, record.Digest, files[i].Digest),
				Advice: "Restore the file as it was, and put the change in a new file.",
			})
		}
	}
	for _, file := range files {
		if _, applied := surveyed.records[file.Name]; !applied && file.Name < last && !renamed(file, files, surveyed) {
			refusals = append(refusals, Refusal{
				Kind: OutOfOrder, File: file.Name,
				What:   "it is pending, and " + last + " after it has been applied",
				Advice: "Give it a number after " + last + ".",
			})
		}
	}
	return refusals
}

// absent refuses for an applied file that is not there, or is there under another name.
func absent(record Record, files []File, surveyed target) Refusal {
	for _, file := range files {
		if _, applied := surveyed.records[file.Name]; !applied && file.Digest == record.Digest {
			return Refusal{
				Kind: Renamed, File: file.Name,
				What:   "it was applied on " + record.At + " as " + record.Name,
				Advice: "Give it that name again.",
			}
		}
	}
	return Refusal{
		Kind: Missing, File: record.Name,
		What:   "it was applied on " + record.At + ", and there is no such file here",
		Advice: "Deploy from a commit that has it: this one is older than the database, or the file was deleted.",
	}
}

// renamed tells whether a pending file is an applied one under another name.
func renamed(file File, files []File, surveyed target) bool {
	for _, record := range surveyed.records {
		there := slices.ContainsFunc(files, func(f File) bool { return f.Name == record.Name })
		if record.Digest == file.Digest && !there {
			return true
		}
	}
	return false
}

var ownTables = []string{wranglerTable, ledgerTable, guardTable}

// unfit refuses a file that is no SQL text, what D1 would refuse of it, and what would touch the ledger.
func unfit(file File) []Refusal {
	if flaw := file.flaw; flaw != nil {
		return []Refusal{{Unfit, file.Name, flaw.line, flaw.what, flaw.advice}}
	}
	var refusals []Refusal
	for _, statement := range file.Statements {
		for _, problem := range d1sql.Check(statement) {
			refusals = append(refusals, Refusal{Unfit, file.Name, problem.Line, problem.What, problem.Advice})
		}
		for _, token := range statement.Tokens {
			if named := key(token.Name()); token.Kind != d1sql.Text && slices.Contains(ownTables, named) {
				refusals = append(refusals, Refusal{
					Unfit, file.Name, statement.Line,
					"it touches " + named + ", which keeps what was applied", "Remove the statement: the ledger is written with the file.",
				})
				break
			}
		}
	}
	return refusals
}
