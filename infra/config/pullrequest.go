package config

import (
	"github.com/addreams/addreams/app/binding"
	"github.com/addreams/addreams/infra/names"
)

// checkPullRequest limits a pull request's stack to what the stack itself creates. It is destroyed without a question, its
// bucket is emptied, and anyone who may push a branch can read all that it has. So it may have no private secret, and
// nothing that another stack has.
func checkPullRequest(r *reader, s Stack) {
	if !names.IsPullRequest(s.Name) {
		return
	}
	if s.Guard.Protect {
		r.problem("protect", "is on, but the stack is destroyed with its pull request", "false")
	}
	for _, key := range []string{"databaseName", "bucketName", "scriptName"} {
		if r.text(key) != "" {
			r.problem(key, "is set, but the names of a pull request's stack carry its number", `""`)
		}
	}
	if s.Database.AdoptID != "" {
		r.problem("adoptDatabaseId", "would take over a database that is destroyed with the pull request", `""`)
	}
	if s.Bucket.Adopt {
		r.problem("adoptBucket", "would take over a bucket that is emptied with the pull request", "false")
	}
	if s.Domain.Hostname != "" {
		r.problem("hostname", "would be taken from the stack that has it", `""`)
	}

	for _, b := range binding.All() {
		if _, set := s.Secrets[b.Name]; set && b.Private {
			r.bindingProblem(b, "is a secret that a branch under review must not read", `""`)
		}
	}
}
