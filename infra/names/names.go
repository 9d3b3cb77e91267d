// Package names says what the stacks are called, and what their resources are called in the account. It knows nothing of
// Pulumi or of the resources themselves, so that the command line can use it without linking them.
package names

import (
	"regexp"
	"strings"
)

// The stacks with a meaning of their own: Production has names without a suffix, Local needs no account.
const (
	Production = "prod"
	Local      = "local"
)

var pullRequest = regexp.MustCompile(`^pr-\d+$`)

// IsPullRequest reports whether a stack belongs to one pull request and goes with it: pr-<number>.
func IsPullRequest(stack string) bool { return pullRequest.MatchString(stack) }

// Names are the names of a stack's resources in the account.
type Names struct{ Database, Bucket, Script string }

const (
	database = "addreams-db"
	bucket   = "addreams-generations"
	script   = "addreams-api"
)

// Of returns a stack's names. Everywhere but on Production they end with the stack's name.
func Of(stack string) Names {
	suffix := "-" + stack
	if stack == Production {
		suffix = ""
	}
	return Names{Database: database + suffix, Bucket: bucket + suffix, Script: script + suffix}
}

// IsPullRequestBucket reports whether a bucket has the name that a pull request's stack gives it.
func IsPullRequestBucket(name string) bool {
	stack, found := strings.CutPrefix(name, bucket+"-")
	return found && IsPullRequest(stack)
}
