package main

import (
	"regexp"

	"github.com/addreams/addreams/app/binding"
)

// pullRequest is the name of a pull request's own stack, which goes with it: pr-<number>.
var pullRequest = regexp.MustCompile(`^pr-\d+$`)

// checkPullRequest keeps a pull request's stack to what it makes itself: it is destroyed without a question, its bucket is
// emptied, and whoever may push a branch reads all that it has. So it has no secret that another stack has, and no sign-in
// whose secrets are an application's.
func checkPullRequest(r *reader, s settings) {
	if !pullRequest.MatchString(s.stack) {
		return
	}
	if s.protect {
		r.problem("protect", "is on, and the stack goes with its pull request", "false")
	}
	if s.names != productNames(s.stack) {
		for _, key := range []string{"databaseName", "bucketName", "scriptName"} {
			if r.text(key) != "" {
				r.problem(key, "is set, and a pull request's names carry its number", `""`)
			}
		}
	}
	if s.adopt.databaseID != "" {
		r.problem("adoptDatabaseId", "would take over a database that is destroyed with the pull request", `""`)
	}
	if s.adopt.bucket {
		r.problem("adoptBucket", "would take over a bucket that is emptied with the pull request", "false")
	}
	if s.adopt.script {
		r.problem("adoptScript", "would take over a Worker that is deleted with the pull request", "false")
	}
	for _, name := range []string{
		binding.GoogleClientID, binding.GoogleClientSecret, binding.GitHubClientID, binding.GitHubClientSecret, binding.MigrateToken,
	} {
		if r.secret(name) != "" {
			r.problem(secretKeys[name], "is a secret that a branch under review must not read", `""`)
		}
	}
	if s.hostname != "" {
		r.problem("hostname", "would be taken from the stack that has it", `""`)
	}
}
