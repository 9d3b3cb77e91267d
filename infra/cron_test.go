package main

import (
	"encoding/json"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// TestSchedules reads the table that the local Cloudflare is tested with as well: local/test/cron.test.mjs.
func TestSchedules(t *testing.T) {
	content, err := os.ReadFile("testdata/schedules.json")
	require.NoError(t, err)
	var cases []struct {
		Cron    string
		Refused string // the field for which Cloudflare refuses it
		Never   bool   // Cloudflare takes it, and no day ever comes
	}
	require.NoError(t, json.Unmarshal(content, &cases))
	require.NotEmpty(t, cases)

	for _, tc := range cases {
		t.Run(tc.Cron, func(t *testing.T) {
			err := checkCron(tc.Cron)

			switch {
			case tc.Refused != "":
				require.ErrorContains(t, err, tc.Refused)
			case tc.Never:
				require.ErrorContains(t, err, "would never run")
			default:
				require.NoError(t, err)
			}
		})
	}
}

func TestScheduleSaysTheRightForm(t *testing.T) {
	_, err := declareStack(t, "dev", complete(t, "dev").with("schedule", "0 3 * * 0"))
	require.ErrorContains(t, err, `schedule has the weekday "0", which Cloudflare refuses: it takes 1 to 7, where 1 is Sunday`)

	for schedule, right := range map[string]string{
		"0 3 * * 0":   "0 3 * * SUN",
		"0 3 * * 0-5": "0 3 * * SUN-FRI",
		"0 3 * * 6,0": "0 3 * * SAT,SUN",
		"0 25 * * 0":  "*/5 * * * *",
		"0 3 * * 8":   "*/5 * * * *",
		"often":       "*/5 * * * *",
	} {
		_, err := declareStack(t, "dev", complete(t, "dev").with("schedule", schedule))

		assert.ErrorContains(t, err, `pulumi config set addreams:schedule "`+right+`"`, schedule)
	}
}
