package names_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/addreams/addreams/infra/names"
)

func TestOf(t *testing.T) {
	cases := map[string]names.Names{
		names.Production: {Database: "addreams-db", Bucket: "addreams-generations", Script: "addreams-api"},
		"dev":            {Database: "addreams-db-dev", Bucket: "addreams-generations-dev", Script: "addreams-api-dev"},
		names.Local:      {Database: "addreams-db-local", Bucket: "addreams-generations-local", Script: "addreams-api-local"},
		"pr-17":          {Database: "addreams-db-pr-17", Bucket: "addreams-generations-pr-17", Script: "addreams-api-pr-17"},
	}
	for stack, want := range cases {
		assert.Equal(t, want, names.Of(stack), stack)
	}
}

func TestIsPullRequest(t *testing.T) {
	for stack, want := range map[string]bool{
		"pr-17": true, "pr-": false, "pr-1-x": false, "pr-1\n": false, "my-pr-1": false, names.Production: false, "": false,
	} {
		assert.Equal(t, want, names.IsPullRequest(stack), "%q", stack)
	}
}

func TestIsPullRequestBucket(t *testing.T) {
	for bucket, want := range map[string]bool{
		names.Of("pr-7").Bucket: true, names.Of("dev").Bucket: false, names.Of(names.Production).Bucket: false, "other-pr-7": false,
		"addreams-generations-pr-7-x": false,
	} {
		assert.Equal(t, want, names.IsPullRequestBucket(bucket), bucket)
	}
}
