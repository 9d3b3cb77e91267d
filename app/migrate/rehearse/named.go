package rehearse

import (
	"github.com/addreams/addreams/app/d1/dialect"
	"github.com/addreams/addreams/app/migrate"
	"github.com/addreams/addreams/app/migrate/script"
	"github.com/addreams/addreams/app/migrate/sqltext"
)

// namesIn collects the names that files hold, in lower case.
func namesIn(files []script.File) map[string]bool {
	names := map[string]bool{}
	for _, file := range files {
		for _, statement := range file.Statements {
			for _, token := range statement.Tokens {
				names[sqltext.Fold(sqltext.Name([]dialect.Token{token}))] = true
			}
		}
	}
	return names
}

func pendingFiles(p migrate.Plan) []script.File {
	var files []script.File
	for _, step := range p.Pending() {
		files = append(files, step.File)
	}
	return files
}
